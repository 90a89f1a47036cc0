// Job files that let a cluster's own arrays share a sweep out: Slurm job arrays
// and Kubernetes Indexed Jobs.

package measure

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// JobFile says what a printed job file holds.
type JobFile struct {
	Plan   string // path of the plan, as the job will find it
	Name   string // of the job; made of the plan's name if empty
	Shares int    // tasks of the array
	GPUs   int64  // of each task
	Args   []string
	Time   string // Slurm: limit of each task
	Image  string // Kubernetes: container image with jouleboard and the engine
	Claim  string // Kubernetes: volume claim that holds the board
}

// jobName is fit for both systems: lower case, digits, hyphens.
func (j JobFile) jobName() string {
	name := j.Name
	if name == "" {
		base := path.Base(strings.ReplaceAll(j.Plan, "\\", "/"))
		name = "jouleboard-" + strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml")
	}
	name = strings.ReplaceAll(slug(name), ".", "-")
	if len(name) > 50 {
		name = strings.TrimRight(name[:50], "-")
	}
	if name == "" {
		name = "jouleboard"
	}
	return name
}

// plan is the plan as an argument: a name that begins with a hyphen is no flag.
func (j JobFile) plan() string {
	if strings.HasPrefix(j.Plan, "-") {
		return "./" + j.Plan
	}
	return j.Plan
}

// Slurm is a batch script with a job array. Each task has its node for itself,
// since somebody else's process on a GPU makes its energy invalid (V17).
func (j JobFile) Slurm() string {
	var b strings.Builder
	fmt.Fprintf(&b, `#!/bin/bash
# One share of the sweep %s a task. Submit from the board's folder: sbatch FILE
# Finished points are skipped, so a task may be repeated.
#SBATCH --job-name=%s
#SBATCH --array=0-%d
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --exclusive
#SBATCH --gpus=%d
#SBATCH --output=%s-%%A_%%a.log
# The interrupt comes before the time is over, so that what was measured is kept.
#SBATCH --signal=B:INT@180
`, oneLine(j.Plan), j.jobName(), j.Shares-1, max(1, j.GPUs), j.jobName())
	if j.Time != "" {
		fmt.Fprintf(&b, "#SBATCH --time=%s\n", j.Time)
	}
	words := []string{"exec", "jouleboard", "sweep", shellQuote(j.plan()), "--shard", fmt.Sprint(j.Shares), "--no-commit"}
	for _, a := range j.Args {
		words = append(words, shellQuote(a))
	}
	fmt.Fprintf(&b, "\n%s\n", strings.Join(words, " "))
	return b.String()
}

// Kubernetes is an Indexed Job. Text goes through JSON, whose strings are YAML's.
func (j JobFile) Kubernetes() string {
	text := func(s string) string {
		data, err := json.Marshal(s)
		if err != nil {
			return `""` // a string always has a form in JSON
		}
		return string(data)
	}
	args := []string{"sweep", j.plan(), "--shard", fmt.Sprint(j.Shares), "--no-commit"}
	args = append(args, j.Args...)
	for i, a := range args {
		args[i] = text(a)
	}
	return fmt.Sprintf(`# One share of the sweep %s an index: kubectl apply -f FILE
# Finished points are skipped, so an index may be repeated.
apiVersion: batch/v1
kind: Job
metadata:
  name: %s
spec:
  completionMode: Indexed
  completions: %d
  parallelism: %d
  # A point that is invalid fails its own index and no other.
  backoffLimitPerIndex: 1
  template:
    spec:
      restartPolicy: Never
      # An interrupted run keeps what it has; that takes some seconds.
      terminationGracePeriodSeconds: 120
      # Without the host's process numbers nobody can say that a GPU was not shared.
      hostPID: true
      containers:
        - name: jouleboard
          image: %s
          workingDir: /board
          command: ["jouleboard"]
          args: [%s]
          resources:
            limits:
              nvidia.com/gpu: "%d"
          volumeMounts:
            - name: board
              mountPath: /board
            # Engines on several GPUs need more shared memory than a container has.
            - name: shm
              mountPath: /dev/shm
      volumes:
        - name: board
          persistentVolumeClaim:
            claimName: %s
        - name: shm
          emptyDir:
            medium: Memory
`, oneLine(j.Plan), j.jobName(), j.Shares, j.Shares, text(j.Image), strings.Join(args, ", "), max(1, j.GPUs), text(j.Claim))
}

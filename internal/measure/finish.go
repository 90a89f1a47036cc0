// The end of a job: samples, summary, verdict, result, file, commit. What was
// collected by a run that is invalid or was stopped is kept as a partial file.

package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// finish builds and saves what the job has. The error is that of an interrupt, or
// of a failure in a step; the outcome says what was kept.
func (j *job) finish(ctx context.Context) (*Outcome, error) {
	// Saving goes on although the work was interrupted.
	keep := context.WithoutCancel(ctx)
	j.enter(PhaseSave, 0, 0, nil)
	samples := j.samples(keep)
	if j.child != nil {
		j.stopChild(j.child)
	}
	r := j.describe(samples)
	out := &Outcome{Plan: j.plan, Result: r, Failures: failuresOf(j.runs)}
	if j.child != nil {
		out.ServerLog = j.child.log.Name()
		if sum, err := j.child.logHash(); err == nil {
			r.X = withX(r.X, "x_server_log_sha256", sum)
		}
	}
	j.judge(r, samples, out)

	hw := ""
	if r.Hardware != nil && j.env.Catalog != nil {
		if h, ok := j.env.Catalog.HardwareFor(r.Hardware.Name); ok {
			hw = h.ID
		}
	}
	if j.fault != nil {
		out.Invalid = true
	}
	if out.Invalid {
		return out, j.partial(ctx, out, samples, hw)
	}
	data, err := packSamples(r, samples)
	if err != nil {
		return out, err
	}
	if !j.inspect(out) {
		return out, j.partial(ctx, out, samples, hw)
	}
	if out.Saved, err = saveResult(j.env.Root, r, data, hw); err != nil {
		p := j.newPartial(out, "it could not be saved: "+err.Error())
		hint := "make room or give --out a folder that can be written to; the run was kept as a partial file elsewhere"
		saved, e := partialElsewhere(p, data, hw)
		if e != nil {
			hint = "make room or give --out a folder that can be written to, and measure again: the run could not be kept anywhere"
		}
		out.Saved = saved
		return out, &Failure{Err: err, Hint: hint}
	}
	j.commit(keep, out)
	return out, nil
}

// samples brings load and energy together (R1 to R6).
func (j *job) samples(ctx context.Context) *result.SamplesFile {
	s := &result.SamplesFile{}
	h := &s.Header
	h.Method, h.TokenSource, h.Events, h.Units = result.Method, j.plan.Opt.TokenSource, true, result.SampleUnits
	h.EpochUnixUs = j.began.Round(0).UnixMicro()
	for i := range j.warm {
		s.Requests = append(s.Requests, record(&j.warm[i], 0, result.PhaseWarm))
		s.Requests[i].I = int64(i)
	}
	for _, r := range j.runs {
		h.Runs = append(h.Runs, r.head)
		for i := range r.Traces {
			s.Requests = append(s.Requests, record(&r.Traces[i], r.head.Run, result.PhaseRun))
		}
	}
	h.Calibration = &result.SampleCalibration{Streams: int64(j.cal.Streams), FirstUs: load.CalibrationFirst.Microseconds(), GapUs: load.CalibrationGap.Microseconds()}
	if j.cal.Streams == 0 {
		h.Calibration = nil
	} else if j.cal.ChunksPerS > 0 {
		n := int64(j.cal.ChunksPerS)
		h.Calibration.ChunksPerSec = &n
	}
	for i := range j.cal.Traces {
		q := record(&j.cal.Traces[i], 0, result.PhaseCalibration)
		q.I = int64(i)
		s.Calibration = append(s.Calibration, q)
	}
	var cpu []energy.CPUTick
	var zones []energy.Zone
	if j.sampler != nil {
		e := j.sampler.Stop()
		j.growTree()
		j.addDevices(ctx, s, &e)
		addEnergy(s, &e, j.own)
		cpu, zones = e.CPU, e.Zones
	}
	j.mu.Lock()
	s.Anchors = append(slices.Clone(j.anchors), j.clock.anchor())
	addCPU(s, zones, cpu, j.busy)
	j.mu.Unlock()
	for i := 1; i < len(s.Anchors); i++ {
		s.Anchors[i].T = max(s.Anchors[i].T, s.Anchors[i-1].T+1)
	}
	return s
}

// addDevices writes G as it was at the start and as it is now (V18, V19).
func (j *job) addDevices(ctx context.Context, s *result.SamplesFile, e *energy.Samples) {
	h := &s.Header
	h.PeriodUs = e.Stats.PeriodUS
	h.Idle = j.idle
	for i, d := range j.devs {
		var u energy.Update
		if i < len(j.updates) {
			u = j.updates[i]
		}
		h.Devices = append(h.Devices, sampleDevice(d, j.info.Driver, j.env.Salt, u))
	}
	h.PidVisibility = "none"
	if j.pidsOK {
		h.PidVisibility = "full"
	}
	driver := j.info.Driver
	if info, err := j.source.Info(ctx); err == nil && info.Driver != "" {
		driver = info.Driver
	}
	now, err := j.source.Devices(ctx)
	if err != nil {
		return // V18 says that devices are missing at the end
	}
	for i, d := range j.devs {
		k := slices.IndexFunc(now, func(n energy.Device) bool { return n.Index == d.Index && n.Problem == "" })
		if k < 0 {
			continue
		}
		end := asSeen(d, now[k], e.Slow, i)
		s.End.Devices = append(s.End.Devices, sampleDevice(end, driver, j.env.Salt, energy.Update{}))
		s.End.Devices[len(s.End.Devices)-1].UpdateUs = h.Devices[i].UpdateUs
	}
	for _, d := range now {
		if slices.ContainsFunc(j.devs, func(g energy.Device) bool { return g.UUID == d.UUID }) || d.Problem != "" {
			continue
		}
		st, err := j.source.State(d.Index)
		if err != nil {
			continue
		}
		if j.facts.Pid != 0 && slices.ContainsFunc(st.Procs, func(p energy.Proc) bool { return j.own[p.PID] }) {
			h.Outside = append(h.Outside, hashUUID(j.env.Salt, d.UUID))
		}
	}
}

// judge computes the numbers and what the rules say about them.
func (j *job) judge(r *result.Result, s *result.SamplesFile, out *Outcome) {
	// The writer's own windows come first: they are what V10 compares with.
	for i := range s.Header.Runs {
		if w, err := result.WindowOf(s, *r.Workload.Load, s.Header.Runs[i].Run); err == nil {
			s.Header.Runs[i].WindowStart, s.Header.Runs[i].WindowEnd = w.Start, w.End
		}
	}
	if !j.energyOn {
		r.Class = result.ClassPerformance
	}
	v := result.Judge(r, s)
	if v.Invalid && v.Hint != "" && j.plan.Opt.Limit > 0 && j.energyOn {
		// A trial run is too short for energy and says so; the rest of it stands.
		j.note("too short for energy (V09): a trial run of %d requests", j.plan.Requests)
		r.Class = result.ClassPerformance
		v = result.Judge(r, s)
	}
	r.Class = v.Class
	if r.Class == result.ClassPerformance {
		r.Boundary = nil
	}
	sum, _ := result.Summarize(r, s)
	result.Apply(r, sum)
	r.Checks = v.Checks()
	if len(j.notes) > 0 {
		r.Notes = append(r.Notes, j.notes...)
	}
	out.Notes = j.notes
	out.Class, out.Findings, out.Invalid, out.Hint = v.Class, v.Findings, v.Invalid, v.Hint
}

// inspect holds the finished file to the schema and the one-file rules, as
// everybody's reader will (V01, V24).
func (j *job) inspect(out *Outcome) bool {
	r := *out.Result
	if err := result.Seal(&r); err != nil {
		out.Findings = append(out.Findings, result.Finding{Rule: "V01", Level: result.Error, Message: err.Error()})
		out.Invalid = true
		return false
	}
	data, err := result.Encode(&r)
	if err != nil {
		out.Findings = append(out.Findings, result.Finding{Rule: "V01", Level: result.Error, Message: err.Error()})
		out.Invalid = true
		return false
	}
	_, found := result.Inspect(result.Path(&r, ""), data)
	for _, f := range found {
		f.Where.File, f.Where.Line, f.Where.Col = "", 0, 0
		out.Findings = append(out.Findings, f)
	}
	out.Invalid = found.HasErrors()
	return !out.Invalid
}

func (j *job) newPartial(out *Outcome, reason string) *Partial {
	p := &Partial{Reason: reason, Findings: out.Findings, Result: out.Result}
	if j.child != nil {
		if sum, err := j.child.logHash(); err == nil {
			p.ServerLog = &ServerLog{SHA256: sum}
			if st, err := os.Stat(j.child.log.Name()); err == nil {
				p.ServerLog.Bytes = st.Size()
			}
		}
	}
	return p
}

// partial keeps a run that is no result and returns the error of the job: that of
// the interrupt or the failure, or that the run is invalid.
func (j *job) partial(ctx context.Context, out *Outcome, s *result.SamplesFile, hw string) error {
	stop := interrupted(ctx, j.fault)
	err := j.fault
	reason := "the run is invalid"
	switch {
	case stop:
		reason = "the run was interrupted"
		err = context.Cause(ctx)
	case j.fault != nil:
		reason, _, _ = strings.Cut(j.fault.Error(), "\n")
	default:
		for _, f := range out.Findings {
			if f.Level == result.Error {
				reason = f.Rule + ": " + f.Message
				break
			}
		}
		err = ErrInvalid
	}
	p := j.newPartial(out, reason)
	p.Interrupted = stop
	data, e := packSamples(out.Result, s)
	if e != nil {
		return errors.Join(err, e)
	}
	if out.Saved, e = savePartial(j.env.Root, p, data, hw); e != nil {
		if out.Saved, e = partialElsewhere(p, data, hw); e != nil {
			return errors.Join(err, e)
		}
	}
	return err
}

// ErrInvalid says that a run broke a rule. Its findings name them.
var ErrInvalid = errors.New("the run is invalid")

func withX(x map[string]jsontext.Value, key, value string) map[string]jsontext.Value {
	if x == nil {
		x = map[string]jsontext.Value{}
	}
	quoted, err := jsontext.AppendQuote(nil, value)
	if err == nil {
		x[key] = quoted
	}
	return x
}

// commit commits exactly the files of a result: not of a draft, not without a
// repository, not against the person's wish.
func (j *job) commit(ctx context.Context, out *Outcome) {
	o := &j.plan.Opt
	switch {
	case o.NoCommit:
		return
	case j.plan.Draft != "":
		out.Uncommitted = "drafts are not committed"
		return
	}
	dir := filepath.Join(out.Saved.Root, filepath.FromSlash(out.Saved.Result))
	top, err := Repository(ctx, filepath.Dir(dir))
	if err != nil || top == "" {
		out.Uncommitted = "the folder is in no git repository"
		if err != nil {
			out.Uncommitted = err.Error()
		}
		return
	}
	var files []string
	for _, f := range out.Saved.Files() {
		abs := filepath.Join(out.Saved.Root, filepath.FromSlash(f))
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		rel, err := filepath.Rel(top, abs)
		if err != nil {
			rel = abs
		}
		files = append(files, filepath.ToSlash(rel))
	}
	subject, body := CommitMessage(out.Result)
	if out.Commit, err = commitFiles(ctx, top, files, subject, body); err != nil {
		quoted := make([]string, len(files))
		for i, f := range files {
			quoted[i] = shellQuote(f)
		}
		list := strings.Join(quoted, " ")
		out.Uncommitted = fmt.Sprintf("%v; the files are there, commit them with: git add -- %s && git commit --only -m %s -- %s", err, list, shellQuote(subject), list)
	}
}

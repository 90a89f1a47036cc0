// What a job opens before a byte is sent: the API key, the client, the energy
// meter. What cannot be had here ends it with a reason and a remedy.

package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"jouleboard/internal/energy"
	"jouleboard/internal/load"
)

func (e *Env) variable(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// apiKey reads the key from where it lies. It is never in an error.
func (j *job) apiKey() (string, error) {
	o := &j.plan.Opt
	switch {
	case o.APIKeyEnv != "":
		key := strings.TrimSpace(j.env.variable(o.APIKeyEnv))
		if key == "" {
			return "", &Failure{Err: fmt.Errorf("the environment variable %s, which --api-key-env names, is empty or not set", o.APIKeyEnv), Hint: "set it in this shell"}
		}
		return key, nil
	case o.APIKeyFile != "":
		data, err := os.ReadFile(o.APIKeyFile)
		if err != nil {
			return "", fmt.Errorf("read the API key: %w", err)
		}
		key := strings.TrimSpace(string(data))
		if key == "" || len(data) > 64<<10 {
			return "", &Failure{Err: fmt.Errorf("%s holds no API key", o.APIKeyFile), Hint: "write the key alone into it"}
		}
		return key, nil
	}
	return "", nil
}

func (j *job) openClient() error {
	o := &j.plan.Opt
	key, err := j.apiKey()
	if err != nil {
		return err
	}
	j.url = o.URL
	conf := load.ClientOptions{
		APIKey: key, Limits: o.Limits, Proxy: o.Proxy, NoProxy: o.NoProxy, UnixSocket: o.UnixSocket,
		TLS:         load.TLSOptions{CAFile: o.CAFile, CertFile: o.CertFile, KeyFile: o.KeyFile, Insecure: o.Insecure},
		Connections: int(max(j.plan.Concurrency(), 64)), TokenSource: o.TokenSource, Dial: j.env.Dial,
	}
	if o.TokenSource == load.SourceTokenizer {
		conf.Count = j.countTokens
	}
	if conf.Proxy == "none" {
		conf.Proxy = ""
	}
	if o.Insecure {
		j.tell("warning", "name the server's own authority with --cacert instead", "--insecure accepts any certificate: whoever stands between here and the server can read the API key and answer in its place")
	}
	switch {
	case o.Demo:
		if err := j.demo.serve(j.env.Dial != nil); err != nil {
			return err
		}
		j.later(j.demo.close)
		j.url = j.demo.server.URL()
		if j.env.Dial != nil {
			j.url, conf.Dial = "http://127.0.0.1:1/v1", j.demo.server.Dial
		}
	case o.ServeCmd != "":
		port := o.Port
		if port == 0 {
			if port, err = freePort(); err != nil {
				return err
			}
			j.plan.Opt.Port = port
		}
		j.url = "http://127.0.0.1:" + strconv.Itoa(port) + "/v1"
	}
	conf.BaseURL = j.url
	if j.client, err = load.NewClient(conf); err != nil {
		hint := "see the flags of `jouleboard measure --help`"
		if o.CAFile != "" || o.CertFile != "" || o.KeyFile != "" {
			hint = "--cacert, --cert and --key take PEM files, as those of curl do"
		}
		return &Failure{Err: err, Hint: hint}
	}
	j.later(j.client.Close)
	return nil
}

// countTokens asks the server's own tokenizer for the length of an answer (T1).
func (j *job) countTokens(ctx context.Context, text string) (int64, error) {
	body, err := json.Marshal(map[string]any{"model": j.plan.Opt.Served, "prompt": text, "add_special_tokens": false})
	if err != nil {
		return 0, fmt.Errorf("ask the tokenizer: %w", err)
	}
	rep, err := j.client.Post(ctx, "/tokenize", body, true)
	if err != nil {
		return 0, err
	}
	var out struct {
		Count *int64 `json:"count"`
	}
	if rep.Status != 200 || json.Unmarshal(rep.Body, &out) != nil || out.Count == nil || *out.Count < 0 {
		return 0, fmt.Errorf("the server's tokenizer at /tokenize gave no count (HTTP %d)", rep.Status)
	}
	return *out.Count, nil
}

// openEnergy opens the meter and sees to it that there is something to measure
// (exit status 3 before the run, not after it).
func (j *job) openEnergy(ctx context.Context) error {
	o := &j.plan.Opt
	j.source = energy.None{}
	if o.Demo || o.SimulatedGPU > 0 {
		j.demo = newDemo(j.clock, o)
	}
	if !j.plan.Energy() {
		return nil
	}
	j.energyOn = true
	var err error
	switch {
	case j.env.OpenEnergy != nil:
		j.source, err = j.env.OpenEnergy(j.clock)
	case j.demo != nil:
		j.source, err = j.demo.gpu()
	default:
		j.source, err = energy.OpenNVML(energy.NVMLOptions{LibraryPath: j.env.variable("JOULEBOARD_NVML_LIBRARY")})
	}
	if err != nil {
		return noMeter(err)
	}
	j.later(func() { _ = j.source.Close() })
	if j.info, err = j.source.Info(ctx); err != nil {
		return noMeter(err)
	}
	if j.all, err = j.source.Devices(ctx); err != nil {
		return noMeter(err)
	}
	if j.cands, err = energy.Select(j.all, j.visible()); err != nil {
		return noMeter(err)
	}
	for _, d := range j.cands {
		if d.CounterSource == "" && d.PowerSource == "" {
			return noMeter(fmt.Errorf("%s gives neither energy nor power", d.UUID))
		}
	}
	if o.CPUEnergy {
		if j.rapl, err = energy.OpenRAPL(""); err != nil {
			return &Machine{Err: fmt.Errorf("--cpu-energy: %w", err), Hint: "leave --cpu-energy out, or let this user read the counters: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"}
		}
	}
	return nil
}

// noMeter says why there is no energy, with the source's own remedy first.
func noMeter(err error) *Machine {
	hint := "use --no-energy for a result without energy"
	var u *energy.Unavailable
	if errors.As(err, &u) {
		err, hint = errors.New(u.Reason), firstNonEmpty(u.Hint, hint)
	}
	return &Machine{
		Err:  errors.New("energy was asked for and cannot be measured here: " + plainly(err)),
		Hint: hint + "; `jouleboard doctor` says what this machine can measure",
	}
}

// visible is what the server's environment says about devices: that of a server
// of ours is this one's, unless its command sets another.
func (j *job) visible() energy.Visible {
	v := energy.VisibleFrom(j.env.Lookup)
	for _, w := range strings.Fields(j.plan.Opt.ServeCmd) {
		if val, ok := strings.CutPrefix(w, "CUDA_VISIBLE_DEVICES="); ok {
			v.Set, v.Devices = true, strings.Trim(val, `"'`)
		}
		if val, ok := strings.CutPrefix(w, "CUDA_DEVICE_ORDER="); ok {
			v.Order = strings.Trim(val, `"'`)
		}
	}
	return v
}

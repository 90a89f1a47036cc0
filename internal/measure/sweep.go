// Sweeps: a plan in YAML is expanded to numbered points, each an independent
// measurement with a file of its own (G6), and shared out between machines (G7).

package measure

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// maxPoints bounds a plan: a product of long lists is a slip of the pen.
const maxPoints = 100_000

// Bounds of a load, as measure has them.
const (
	maxConcurrency = 65_536
	maxRate        = 100_000
)

// PointKey is the key of a result that names the point of a sweep it belongs to.
const PointKey = "x_sweep_point"

// Duration is a length of time as Go writes it: 120s, 2m.
type Duration time.Duration

// UnmarshalYAMLNode reads the text.
func (d *Duration) UnmarshalYAMLNode(n yamldoc.Node) {
	s, ok := n.Text()
	v, err := time.ParseDuration(s)
	if !ok || err != nil {
		n.Errorf(yamldoc.Value, "such as 120s or 2m", "expected a length of time, found %s", n)
		return
	}
	*d = Duration(v)
}

// Settings are what a plan says for all its points, or for those of one model.
// The keys are the flags of measure with underscores.
type Settings struct {
	URL           string    `yaml:"url"`
	ServeCmd      string    `yaml:"serve_cmd"`
	Port          int       `yaml:"port"`
	ServeTimeout  Duration  `yaml:"serve_timeout"`
	API           string    `yaml:"api"`
	APIKeyEnv     string    `yaml:"api_key_env"`
	APIKeyFile    string    `yaml:"api_key_file"`
	Served        string    `yaml:"served_model"`
	Revision      string    `yaml:"revision"`
	ModelDate     string    `yaml:"model_date"`
	Precision     string    `yaml:"precision"`
	Quantization  string    `yaml:"quantization"`
	Weights       string    `yaml:"weights"`
	SizeClass     string    `yaml:"size_class"`
	Provider      string    `yaml:"provider"`
	Engine        string    `yaml:"engine"`
	EngineVersion string    `yaml:"engine_version"`
	LaunchCommand string    `yaml:"launch_command"`
	Parallelism   string    `yaml:"parallelism"`
	Container     string    `yaml:"container"`
	Hardware      string    `yaml:"hardware"`
	GPUs          int64     `yaml:"gpus"`
	Where         string    `yaml:"where"`
	ClientPlace   string    `yaml:"client_place"`
	MaxTokens     int64     `yaml:"max_tokens"`
	Requests      int64     `yaml:"requests"`
	Duration      Duration  `yaml:"duration"`
	Limit         int64     `yaml:"limit"`
	Prefix        string    `yaml:"prefix"`
	Isolation     string    `yaml:"isolation"`
	AllowRepeat   bool      `yaml:"allow_repeat"`
	Temperature   *float64  `yaml:"temperature"`
	TopP          *float64  `yaml:"top_p"`
	TopK          *int64    `yaml:"top_k"`
	Repetition    *float64  `yaml:"repetition_penalty"`
	Roles         string    `yaml:"roles"`
	TokenSource   string    `yaml:"token_source"`
	Arrivals      string    `yaml:"arrivals"`
	Ramp          *Duration `yaml:"ramp"`
	SLO           string    `yaml:"slo"`
	NoEnergy      bool      `yaml:"no_energy"`
	SimulatedGPU  float64   `yaml:"simulated_gpu"`
	Period        Duration  `yaml:"period"`
	CPUEnergy     bool      `yaml:"cpu_energy"`
	PUE           string    `yaml:"pue"`
	GCO2e         string    `yaml:"gco2e_per_kwh"`
	Notes         []string  `yaml:"notes"`
}

// SweepModel is one model of a plan: its name, or its name with settings.
type SweepModel struct {
	Name     string `yaml:"name" rule:"required"`
	Settings `yaml:",inline"`
}

// UnmarshalYAMLNode takes a name alone as well.
func (m *SweepModel) UnmarshalYAMLNode(n yamldoc.Node) {
	if s, ok := n.Text(); ok {
		m.Name = s
		return
	}
	type plain SweepModel // without this method
	n.Read((*plain)(m))
}

// Sweep is a plan file.
type Sweep struct {
	Models      []SweepModel `yaml:"models" rule:"required"`
	Tasks       []string     `yaml:"tasks"`
	Datasets    []string     `yaml:"datasets"`
	Concurrency []int64      `yaml:"concurrency"`
	Rate        []float64    `yaml:"rate"`
	Seeds       []int64      `yaml:"seeds"`
	Repeats     int          `yaml:"repeats"` // runs of each point
	Settings    `yaml:",inline"`

	doc *yamldoc.Doc
}

// Point is one measurement of a sweep.
type Point struct {
	N       int    // from 0, in the order of ids
	ID      string // the same for the same settings, whatever else the plan holds
	Options Options

	at map[string]string // where the plan says it, by flag, as JSON pointers
}

// ReadSweep reads a plan strictly: findings carry line and column.
func ReadSweep(file string, data []byte) (*Sweep, result.Findings) {
	s := &Sweep{}
	doc, found := yamldoc.Read(data, yamldoc.Options{File: file, Rule: yamldoc.Rules("SWEEP")}, s)
	add := func(ptr, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: "SWEEP", Level: result.Error, Where: doc.Place(ptr), Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	s.doc = doc
	if found.HasErrors() {
		return s, found
	}
	for i, b := range s.Concurrency {
		if b < 1 || b > maxConcurrency {
			add(fmt.Sprintf("/concurrency/%d", i), "such as concurrency: [1, 8, 64]", "concurrency %d: must be from 1 to %d", b, maxConcurrency)
		}
	}
	for i, r := range s.Rate {
		if !(r > 0 && r <= maxRate) {
			add(fmt.Sprintf("/rate/%d", i), "such as rate: [0.5, 4], in requests a second", "rate %v: must be above 0 and at most %v", r, maxRate)
		}
	}
	if doc.Has("/repeats") && (s.Repeats < 1 || s.Repeats > 100) {
		add("/repeats", "3 is the default and the least that can be ranked", "repeats %d: must be from 1 to 100", s.Repeats)
	}
	if len(s.Models) == 0 {
		add("/models", "such as models: [Qwen/Qwen2.5-7B-Instruct]", "the plan names no model")
	}
	if s.Concurrency != nil && s.Rate != nil {
		add("/rate", "keep one of them, or write two plans", "concurrency and rate exclude each other")
	}
	if len(s.Tasks) == 0 && len(s.Datasets) == 0 {
		add("", "such as tasks: [chat], or datasets: [prompts.jsonl]", "neither tasks nor datasets say what to ask")
	}
	if len(s.Tasks) > 1 && len(s.Datasets) > 0 || len(s.Datasets) > 1 && len(s.Tasks) > 0 {
		add("/datasets", "with one task, one data set may stand in its place; otherwise keep one of the lists", "tasks and datasets cannot be combined with each other")
	}
	if n := len(s.Models) * max(1, len(s.Tasks), len(s.Datasets)) * max(1, len(s.Concurrency), len(s.Rate)) * max(1, len(s.Seeds)); n > maxPoints {
		add("", "split it", "the plan has %d points; at most %d are allowed", n, maxPoints)
	}
	return s, found
}

// Points expands the plan to its points, sorted by id and numbered. Each is also
// checked as measure checks its flags: the error names the point.
func (s *Sweep) Points() ([]Point, error) {
	type load struct {
		b  int64
		r  float64
		at string
	}
	var loads []load
	for i, b := range s.Concurrency {
		loads = append(loads, load{b: b, at: fmt.Sprintf("/concurrency/%d", i)})
	}
	for i, r := range s.Rate {
		loads = append(loads, load{r: r, at: fmt.Sprintf("/rate/%d", i)})
	}
	if loads == nil {
		for b := int64(1); b <= 256; b *= 2 { // G6
			loads = append(loads, load{b: b})
		}
	}
	seeds := s.Seeds
	if seeds == nil {
		seeds = []int64{0}
	}
	type work struct{ task, data, taskAt, dataAt string }
	var works []work
	switch {
	case len(s.Tasks) == 0:
		for i, d := range s.Datasets {
			works = append(works, work{data: d, dataAt: fmt.Sprintf("/datasets/%d", i)})
		}
	default:
		data := ""
		if len(s.Datasets) == 1 {
			data = s.Datasets[0]
		}
		for i, t := range s.Tasks {
			works = append(works, work{task: t, data: data, taskAt: fmt.Sprintf("/tasks/%d", i), dataAt: "/datasets/0"})
		}
	}
	var points []Point
	byID := map[string]bool{}
	for i, m := range s.Models {
		for _, w := range works {
			for _, l := range loads {
				for _, seed := range seeds {
					o := s.Settings.options(Options{})
					o = m.Settings.options(o)
					o.Model, o.Task, o.Dataset, o.Seed, o.Repeats = m.Name, w.task, w.data, seed, s.Repeats
					if l.b != 0 {
						o.Concurrency = []int64{l.b}
					} else {
						o.Rate = []float64{l.r}
					}
					p := Point{Options: o, ID: pointID(o), at: map[string]string{
						"": fmt.Sprintf("/models/%d", i), "model": fmt.Sprintf("/models/%d", i),
						"task": w.taskAt, "dataset": w.dataAt, "concurrency": l.at, "rate": l.at,
					}}
					if byID[p.ID] {
						return nil, &Failure{Err: fmt.Errorf("%s: two points of the plan are the same: %s", s.doc.Place(p.at["model"]), p.ID), Hint: "take the repetition out of its lists; runs of one point are repeats"}
					}
					byID[p.ID] = true
					p.Options.X = map[string]string{PointKey: p.ID}
					points = append(points, p)
				}
			}
		}
	}
	slices.SortFunc(points, func(a, b Point) int { return cmp.Compare(a.ID, b.ID) })
	for i := range points {
		points[i].N = i
	}
	return points, nil
}

// firstFlag is the flag that a problem of a plan is about.
var firstFlag = regexp.MustCompile(`--([a-z0-9-]+)`)

// Where is the place in the plan of what a problem with a point is about: that of
// the flag that it names, or that of the point's model.
func (s *Sweep) Where(p Point, problem string) result.Place {
	name := ""
	if m := firstFlag.FindStringSubmatch(problem); m != nil {
		name = m[1]
	}
	ptr := p.at[name]
	if ptr == "" {
		key := strings.ReplaceAll(name, "-", "_")
		for _, ptr = range []string{p.at[""] + "/" + key, "/" + key, p.at[""]} {
			if s.doc.Has(ptr) {
				break
			}
		}
	}
	at := s.doc.Place(ptr)
	at.Pointer = "" // the place is enough
	return at
}

// options writes what the settings give over o.
func (s *Settings) options(o Options) Options {
	str := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	if s.URL != "" || s.ServeCmd != "" {
		o.URL, o.ServeCmd = s.URL, s.ServeCmd // a model's own server stands in place of the plan's
	}
	str(&o.API, s.API)
	str(&o.APIKeyEnv, s.APIKeyEnv)
	str(&o.APIKeyFile, s.APIKeyFile)
	str(&o.Served, s.Served)
	str(&o.Revision, s.Revision)
	str(&o.ModelDate, s.ModelDate)
	str(&o.Precision, s.Precision)
	str(&o.Quantization, s.Quantization)
	str(&o.Weights, s.Weights)
	str(&o.SizeClass, s.SizeClass)
	str(&o.Provider, s.Provider)
	str(&o.Engine, s.Engine)
	str(&o.EngineVersion, s.EngineVersion)
	str(&o.LaunchCommand, s.LaunchCommand)
	str(&o.Parallelism, s.Parallelism)
	str(&o.Container, s.Container)
	str(&o.Hardware, s.Hardware)
	str(&o.Where, s.Where)
	str(&o.ClientPlace, s.ClientPlace)
	str(&o.Prefix, s.Prefix)
	str(&o.Isolation, s.Isolation)
	str(&o.Roles, s.Roles)
	str(&o.TokenSource, s.TokenSource)
	str(&o.Arrivals, s.Arrivals)
	str(&o.SLO, s.SLO)
	str(&o.PUE, s.PUE)
	str(&o.GCO2e, s.GCO2e)
	for _, n := range []struct {
		to *int64
		v  int64
	}{{&o.GPUs, s.GPUs}, {&o.MaxTokens, s.MaxTokens}, {&o.Requests, s.Requests}, {&o.Limit, s.Limit}} {
		if n.v != 0 {
			*n.to = n.v
		}
	}
	for _, d := range []struct {
		to *time.Duration
		v  Duration
	}{{&o.ServeTimeout, s.ServeTimeout}, {&o.Duration, s.Duration}, {&o.Period, s.Period}} {
		if d.v != 0 {
			*d.to = time.Duration(d.v)
		}
	}
	if s.Port != 0 {
		o.Port = s.Port
	}
	if s.Ramp != nil {
		ramp := time.Duration(*s.Ramp)
		o.Ramp = &ramp
	}
	if s.SimulatedGPU != 0 {
		o.SimulatedGPU = s.SimulatedGPU
	}
	o.AllowRepeat = o.AllowRepeat || s.AllowRepeat
	o.NoEnergy = o.NoEnergy || s.NoEnergy
	o.CPUEnergy = o.CPUEnergy || s.CPUEnergy
	if s.Temperature != nil {
		o.Temperature = s.Temperature
	}
	if s.TopP != nil {
		o.TopP = s.TopP
	}
	if s.TopK != nil {
		o.TopK = s.TopK
	}
	if s.Repetition != nil {
		o.Repetition = s.Repetition
	}
	o.Notes = append(slices.Clone(o.Notes), s.Notes...)
	return o
}

// pointID is the name of a point: words for people, in an order that sorts, and
// the start of a hash over all that decides what is measured. Where a server is
// reached and who measures is no part of it.
func pointID(o Options) string {
	key := o
	key.URL, key.Port, key.ServeTimeout, key.APIKeyEnv, key.APIKeyFile = "", 0, 0, "", ""
	key.By, key.ByURL, key.License, key.Notes, key.X = "", "", "", nil, nil
	key.NoCommit, key.Attest = false, false
	sum := sha256.Sum256(given(key))
	at := ""
	switch {
	case len(o.Rate) > 0:
		at = "r" + strconv.FormatFloat(o.Rate[0], 'f', -1, 64)
	case len(o.Concurrency) > 0:
		at = fmt.Sprintf("c%05d", o.Concurrency[0])
	}
	work := o.Task
	if work == "" {
		work = strings.TrimSuffix(filepath.Base(o.Dataset), filepath.Ext(o.Dataset))
	}
	return strings.Join([]string{slug(o.Model), slug(work), at, "s" + strconv.FormatInt(o.Seed, 10), hex.EncodeToString(sum[:4])}, "_")
}

// given is what of the options was given, in a fixed form: what was not is left
// out, so that an option that a later version knows does not rename every point.
func given(o Options) []byte {
	data, err := json.Marshal(o)
	var fields map[string]any
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err != nil { // cannot be: options hold plain values
		return fmt.Appendf(nil, "%+v", o)
	}
	for name, v := range fields {
		switch v := v.(type) {
		case nil:
			delete(fields, name)
		case string:
			if v == "" {
				delete(fields, name)
			}
		case float64:
			// A ramp of 0 turns the ramp off, which leaving it out does not.
			if v == 0 && name != "Ramp" && name != "Temperature" {
				delete(fields, name)
			}
		case bool:
			if !v {
				delete(fields, name)
			}
		}
	}
	delete(fields, "Limits") // of waiting, not of what is measured
	data, err = json.Marshal(fields)
	if err != nil {
		return fmt.Appendf(nil, "%+v", o)
	}
	return data
}

// slug is a name in characters that files, logs and clusters take.
func slug(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, s)
	if len(s) > 80 {
		s = s[:80]
	}
	return strings.Trim(s, "-.")
}

// DatasetIn resolves a data set that a plan names relative to the plan's folder.
func DatasetIn(dataset, folder string) string {
	if dataset == "" || folder == "" || folder == "." {
		return dataset
	}
	w, err := ParseWorkload(dataset)
	if err != nil || w.File == "" || filepath.IsAbs(w.File) {
		return dataset
	}
	path := filepath.Join(folder, w.File)
	if strings.HasPrefix(dataset, w.Kind+":") {
		return w.Kind + ":" + path
	}
	return path
}

// GPUsOf is how many GPUs a point's server takes, as far as its options say.
func GPUsOf(o Options) int64 {
	if o.GPUs > 0 {
		return o.GPUs
	}
	p, err := parseParallelism(o.Parallelism)
	if err != nil || p == nil {
		f := facts{}
		askCommand(o.ServeCmd, &f)
		p = f.Parallel
	}
	if p == nil {
		return 1
	}
	return max(1, p.Tensor) * max(1, p.Pipeline) * max(1, p.Data)
}

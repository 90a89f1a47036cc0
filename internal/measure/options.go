// Package measure takes a measurement from its plan to a committed file: plan,
// probe, prompts and schedule, load beside the energy sampler, window, summary,
// result, saving, commit. It is where load and energy meet.
//
// Rules in comments (G1, W6 ...) are those of the measurement specification.
//
// This file holds what a person can ask for, as typed. Nothing here is checked:
// Plan does that, in full, before anything is contacted.
package measure

import (
	"time"

	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// Options are the flags of one measurement. Empty, nil and zero mean "not
// given", for which Plan puts what the specification says.
type Options struct {
	// Where the server is: one of the two, or neither with Demo.
	URL      string // base URL of the API, such as http://127.0.0.1:8000/v1
	ServeCmd string // command that starts it; {model} and {port} are filled in

	Port         int           // for ServeCmd; 0 picks a free one
	ServeTimeout time.Duration // how long a spawned server may take to answer
	API          string        // chat or completions
	APIKeyEnv    string        // name of the environment variable that holds the key
	APIKeyFile   string        // or a file that holds it
	Proxy        string
	NoProxy      string
	CAFile       string
	CertFile     string
	KeyFile      string
	Insecure     bool
	UnixSocket   string
	Limits       load.Limits

	Model        string // hub id, ORG/NAME
	Served       string // the server's name for it, if it differs
	Revision     string
	ModelDate    string
	Precision    string
	Quantization string
	Weights      string // released or random
	SizeClass    string
	Provider     string // a hosted endpoint's

	Engine        string
	EngineVersion string
	LaunchCommand string
	Parallelism   string // tensor=2,pipeline=1
	Container     string
	Hardware      string
	GPUs          int64
	Where         string
	ClientPlace   string

	Task         string
	Dataset      string
	MaxTokens    int64
	Requests     int64
	Duration     time.Duration
	Limit        int64 // a trial run of this many requests; a draft
	Seed         int64
	Prefix       string
	Isolation    string
	AllowRepeat  bool
	Temperature  *float64
	TopP         *float64
	TopK         *int64
	Repetition   *float64
	Roles        string // USER/ASSISTANT, for the completions API
	TokenSource  string
	Concurrency  []int64
	Rate         []float64
	Arrivals     string
	Repeats      int
	Ramp         *time.Duration // nil: as G4 says
	SLO          string         // ttft=200ms,tpot=50ms,e2e=10s
	NoEnergy     bool
	SimulatedGPU float64 // watts of a simulated GPU; the result is a draft
	Period       time.Duration
	CPUEnergy    bool
	PUE          string // VALUE,SOURCE[,DATE]
	GCO2e        string // VALUE,SOURCE[,DATE]

	Demo     bool
	NoCommit bool
	By       string
	ByURL    string
	License  string
	Notes    []string
	Attest   bool // accept the three statements, for scripts

	// X are keys that a caller adds to the result, such as a sweep's point.
	X map[string]string
}

// A Problem is one thing wrong with what was asked: a fact, and what to do.
type Problem struct {
	Message string
	Hint    string
}

// Problems are all the things wrong with a plan. It is an error when it holds
// any.
type Problems []Problem

func (p Problems) Error() string {
	if len(p) == 0 {
		return "nothing is wrong"
	}
	return p[0].Message
}

func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Machine is the error of something that this machine lacks.
type Machine struct {
	Err  error
	Hint string
}

func (m *Machine) Error() string { return m.Err.Error() }
func (m *Machine) Unwrap() error { return m.Err }

// Failure is a failure of the work with its next step.
type Failure struct {
	Err  error
	Hint string
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Declared inputs and objectives as Plan has read them.
type declared struct {
	PUE, GCO2e *result.Declared
}

// The demonstration: a server without a model and a GPU of known power, both in
// this process, so that anybody sees a whole measurement without either.

package measure

import (
	"os"
	"sync"
	"time"

	"jouleboard/internal/energy"
	"jouleboard/internal/load/fakeserver"
)

// What the demonstration asks of its server.
const (
	demoIn       = 64
	demoOut      = 32
	demoRequests = 220
	demoB        = 8

	demoIdleW = 90.0
	demoBaseW = 220.0 // with one request under way
	demoEachW = 40.0  // for each further one
	demoFirst = 60 * time.Millisecond
	demoGap   = 8 * time.Millisecond
)

// DemoModel is the name of what the demonstration measures.
const DemoModel = "jouleboard/simulated-model"

// demoDefaults are the options of a demonstration; what a person gave stays.
func demoDefaults(o *Options) {
	o.Model, o.Weights, o.Precision, o.Quantization, o.Revision = DemoModel, "random", "none", "none", "simulated"
	o.Hardware, o.GPUs, o.Parallelism, o.Where = "Simulated GPU", 1, "tensor=1", "simulated"
	o.Engine, o.LaunchCommand = "fakeserver", "jouleboard measure --demo"
	o.EngineVersion = "in process"
	o.NoCommit = true
	if o.Concurrency == nil {
		o.Concurrency = []int64{demoB}
	}
	if o.Requests == 0 {
		o.Requests = demoRequests
	}
}

// demo is a simulated GPU, and in a demonstration also the server that drives
// its power.
type demo struct {
	clock  epochClock
	opt    *Options
	dial   *energy.Dial
	server *fakeserver.Server
	quit   chan struct{}
	wg     sync.WaitGroup
}

func newDemo(c epochClock, o *Options) *demo {
	return &demo{clock: c, opt: o, dial: energy.NewDial(demoIdleW * 1000), quit: make(chan struct{})}
}

// gpu is the simulated board. Beside a real server its power is constant.
func (d *demo) gpu() (energy.Source, error) {
	dev := energy.FakeDevice{Power: d.dial, Procs: ownProcess()}
	if d.opt.SimulatedGPU > 0 {
		dev.Power = energy.Constant(d.opt.SimulatedGPU * 1000)
		dev.DefaultMW = int64(d.opt.SimulatedGPU * 1250)
		dev.Procs = nil
	}
	return energy.NewFake(energy.FakeOptions{
		Clock: d.clock, Devices: []energy.FakeDevice{dev},
		Info: energy.SourceInfo{Driver: "simulated", CUDA: "simulated", NVML: "simulated"},
	})
}

// serve starts the server, in a test in memory, and lets the board's power follow
// its load.
func (d *demo) serve(memory bool) error {
	opt := fakeserver.Options{Model: DemoModel, FirstToken: demoFirst, Gap: demoGap, MinLength: demoOut, MaxLength: demoOut}
	if memory {
		d.server = fakeserver.StartMemory(opt)
	} else {
		var err error
		if d.server, err = fakeserver.Start(opt); err != nil {
			return err
		}
	}
	d.wg.Go(func() {
		every := time.NewTicker(5 * time.Millisecond)
		defer every.Stop()
		was := int64(0)
		for {
			select {
			case <-d.quit:
				return
			case <-every.C:
			}
			n := d.server.Active()
			if n == was {
				continue
			}
			was = n
			w := demoIdleW
			if n > 0 {
				w = demoBaseW + demoEachW*float64(n-1)
			}
			d.dial.Set(d.clock.Now(), w*1000)
		}
	})
	return nil
}

func (d *demo) close() {
	close(d.quit)
	d.wg.Wait()
	d.server.Close()
}

// ownProcess lists this process as the user of the simulated board, as a real
// driver lists a server's.
func ownProcess() []energy.Proc {
	mem := int64(1 << 30)
	return []energy.Proc{{PID: os.Getpid(), MemoryBytes: &mem}}
}

// What each device can say and how often it says something new: the data of
// doctor (E1, E6).

package energy

import (
	"context"
	"errors"
	"fmt"
)

// Capability is one number of a device, asked apart.
type Capability struct {
	Name      string
	Scope     string
	Unit      string
	Supported bool
	Value     *int64 // the last that was read
	Err       string // why there is none
	Update    Update // measured over 3 s
	Falls     bool   // it is an energy counter and fell meanwhile
	Used      bool   // the sampler reads this one
}

// DeviceReport is one GPU. Refused says why its energy cannot be measured ("" if
// it can), State is its slow state now.
type DeviceReport struct {
	Device       Device
	Refused      string
	State        State
	Pids         PidVisibility
	Capabilities []Capability
}

// Report is what a source can do on this machine.
type Report struct {
	Source  string
	Info    SourceInfo
	Devices []DeviceReport
}

// Examine asks every device for every number it might give, and watches those
// that it has for three seconds. An idle GPU's power may not move, so that its
// update period stays unmeasured. Errors are those of listing devices and of ctx.
func Examine(ctx context.Context, src Source, clock Clock) (Report, error) {
	rep := Report{Source: src.Name()}
	var err error
	if rep.Info, err = src.Info(ctx); err != nil {
		return rep, fmt.Errorf("energy: versions of %s: %w", src.Name(), err)
	}
	devs, err := src.Devices(ctx)
	if err != nil {
		return rep, fmt.Errorf("energy: devices of %s: %w", src.Name(), err)
	}
	var reads []func() (int64, error)
	for _, d := range devs {
		dr := DeviceReport{Device: d}
		if err := CheckWhole(d); err != nil {
			dr.Refused = err.Error()
		}
		if d.Problem == "" {
			if dr.State, err = src.State(d.Index); err != nil {
				dr.Refused = err.Error()
			}
			dr.Pids = Visibility(dr.State, "")
			for _, p := range src.Probes(d.Index) {
				c, read := try(p)
				c.Used = c.Supported && p.Scope == d.Scope && (p.Name == d.CounterSource || p.Name == d.PowerSource)
				dr.Capabilities = append(dr.Capabilities, c)
				reads = append(reads, read)
			}
		}
		rep.Devices = append(rep.Devices, dr)
	}
	seen, err := watch(ctx, reads, clock)
	k := 0
	for i := range rep.Devices {
		for j := range rep.Devices[i].Capabilities {
			c := &rep.Devices[i].Capabilities[j]
			w := seen[k]
			k++
			c.Update = w.update()
			if w.known {
				c.Value = ptr(w.value)
			}
			c.Falls = c.Unit == "mJ" && w.falling
		}
	}
	return rep, err
}

// try asks once; what does not answer is not watched.
func try(p Probe) (Capability, func() (int64, error)) {
	c := Capability{Name: p.Name, Scope: p.Scope, Unit: p.Unit}
	v, err := p.Read()
	if err != nil {
		c.Err = err.Error()
		if errors.Is(err, ErrNotSupported) {
			c.Err = ErrNotSupported.Error()
		}
		return c, nil
	}
	c.Supported, c.Value = true, &v
	return c, p.Read
}

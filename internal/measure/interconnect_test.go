package measure

import (
	"testing"

	"jouleboard/internal/energy"
)

// TestInterconnect: what GPUs have in common is said of all pairs, and what the
// driver does not tell is unknown, never guessed from links that may lead
// elsewhere.
func TestInterconnect(t *testing.T) {
	t.Parallel()
	link, none := energy.FakeDevice{NVLink: true}, energy.FakeDevice{}
	silent, silentLink := energy.FakeDevice{NoPeers: true}, energy.FakeDevice{NVLink: true, NoPeers: true}
	for name, c := range map[string]struct {
		boards []energy.FakeDevice
		want   string
	}{
		"no GPU":                         {nil, ""},
		"one GPU":                        {[]energy.FakeDevice{link}, ""},
		"two with links":                 {[]energy.FakeDevice{link, link}, "nvlink"},
		"two without":                    {[]energy.FakeDevice{none, none}, "pcie"},
		"a pair and a third":             {[]energy.FakeDevice{link, link, none}, "nvlink, pcie"},
		"an old driver and no links":     {[]energy.FakeDevice{silent, silent}, "pcie"},
		"an old driver and links":        {[]energy.FakeDevice{silentLink, silentLink}, "unknown"},
		"one of three pairs is not told": {[]energy.FakeDevice{link, silentLink, silentLink}, "unknown"},
	} {
		var devs []energy.Device
		if len(c.boards) > 0 {
			for i := range c.boards {
				c.boards[i].Power = energy.Constant(1)
			}
			fake, err := energy.NewFake(energy.FakeOptions{Clock: &energy.FakeClock{}, Devices: c.boards})
			if err != nil {
				t.Fatal(err)
			}
			if devs, err = fake.Devices(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := interconnect(devs); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

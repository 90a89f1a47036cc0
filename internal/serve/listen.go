// Where to listen, and what a person types to get there.

package serve

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// tries is how many ports after the usual one are tried before any will do.
const tries = 20

// PortTaken says that somebody else listens on the port that was asked for.
type PortTaken struct{ Address string }

func (e *PortTaken) Error() string { return e.Address + " is taken by another program" }

// Listen opens a port of host. With search, one that is taken gives way to the
// next free one; else it is a *PortTaken. Port 0 is any free one.
func Listen(host string, port int, search bool) (net.Listener, error) {
	address := func(p int) string { return net.JoinHostPort(host, strconv.Itoa(p)) }
	l, err := net.Listen("tcp", address(port))
	if errors.Is(err, syscall.EADDRINUSE) {
		if !search {
			return nil, &PortTaken{address(port)}
		}
		for p := port + 1; p <= min(port+tries, 65535); p++ {
			if l, err := net.Listen("tcp", address(p)); err == nil {
				return l, nil
			}
		}
		l, err = net.Listen("tcp", address(0))
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address(port), err)
	}
	return l, nil
}

// Address is what a browser on this machine opens: a listener on all addresses
// is reached by loopback. path is that of the site's base URL.
func Address(l net.Listener, path string) string {
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return "http://" + l.Addr().String() + path
	}
	ip := a.IP
	switch {
	case ip.IsUnspecified() && ip.To4() != nil, len(ip) == 0, ip.Equal(net.IPv6unspecified):
		ip = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + net.JoinHostPort(ip.String(), strconv.Itoa(a.Port)) + path
}

// Loopback says whether only this machine can reach a listener.
func Loopback(l net.Listener) bool {
	a, ok := l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// BasePath is the path at which a site with this base URL is served too.
func BasePath(baseURL string) string { return basePath(baseURL) }

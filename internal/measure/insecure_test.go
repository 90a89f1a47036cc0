package measure

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestInsecureIsSaid: whoever turns the certificate's check off is told what
// that means, before anything else can go wrong.
func TestInsecureIsSaid(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	for _, insecure := range []bool{false, true} {
		tr := newTrial(t, srv.URL+"/v1")
		tr.opt.Insecure = insecure
		if _, err := tr.run(t, t.Context()); err == nil {
			t.Error("a server without an API was measured")
		}
		if said := strings.Contains(strings.Join(tr.lines, "\n"), "accepts any certificate"); said != insecure {
			t.Errorf("insecure %v, said %v: %q", insecure, said, tr.lines)
		}
	}
}

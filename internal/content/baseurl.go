// The one spelling of a site's address: what is printed as a code on paper, and
// compared by machines, must need no repair by whoever reads it.

package content

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// BaseURLHint is what to do about an address that CheckBaseURL refuses.
const BaseURLHint = "write the address at which the site is published, such as https://example.org/board; a preview needs none"

// unusual says what in a parsable address others would read differently or not
// at all, "" if nothing is.
func unusual(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "" // no address at all, which the caller says
	}
	shown := strconv.QuoteToASCII(s)
	if len(shown) > 90 {
		shown = shown[:80] + `..."`
	}
	switch port, portErr := strconv.Atoi(u.Port()); {
	case u.Scheme == "https" && !strings.HasPrefix(s, "https://"):
		return fmt.Sprintf("%s does not begin with https:// in lower case", shown)
	case strings.HasSuffix(u.Host, ":"), u.Port() != "" && (portErr != nil || port < 1 || port > 65535):
		return fmt.Sprintf("%s has no valid port: 1 to 65535", shown)
	case strings.ContainsAny(s, "\"<>\\^`{|}"):
		return fmt.Sprintf("%s holds a character that addresses have not: write it as %%XX", shown)
	case u.Path != "" && path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") && u.Path != "/":
		return fmt.Sprintf("%s has an empty, . or .. part in its path", shown)
	}
	return ""
}

// The way in without a file: the text of a label's QR code, the address printed
// on it, or the digits of its result.

package site

import (
	"strings"

	"jouleboard/internal/catalog"
)

// minDigits is the least of an id that names a result.
const minDigits = 8

// IsAddress says whether a text could be an address on a label or the start of a
// result's id.
func IsAddress(text string) bool {
	_, hash := splitAddress(text)
	return hash != ""
}

// splitAddress takes the base and the digits of an address: BASE/r/DIGITS/, what
// stands below it, BASE/badge/DIGITS.svg, or digits alone. hash is empty if it
// is none of these.
func splitAddress(text string) (base, hash string) {
	text = strings.TrimSpace(text)
	rest, found := text, false
	for _, dir := range []string{"/r/", "/badge/"} {
		if i := strings.LastIndex(text, dir); i > 0 {
			base, rest, found = text[:i], text[i+len(dir):], true
			break
		}
	}
	if found {
		if i := strings.IndexAny(rest, "/?#."); i >= 0 {
			rest = rest[:i]
		}
	}
	rest = strings.ToLower(rest)
	if len(rest) < minDigits || len(rest) > 64 || strings.Trim(rest, "0123456789abcdef") != "" {
		return "", ""
	}
	return base, rest
}

// sameBase compares two base addresses as a person may type them: labels print
// them without https.
func sameBase(a, b string) bool {
	bare := func(s string) string {
		s = strings.TrimSuffix(s, "/")
		for _, scheme := range []string{"https://", "http://"} {
			if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
				s = s[len(scheme):]
			}
		}
		host, path, _ := strings.Cut(s, "/")
		return strings.ToLower(host) + "/" + path
	}
	return bare(a) == bare(b)
}

// Address finds the result that an address or the start of an id names, and says
// what a label of it says now. No label is read, so none is proven.
func (v *Verifier) Address(text string) Verdict {
	var out Verdict
	base, hash := splitAddress(text)
	if hash == "" {
		out.set(Unknown, WhyNoResult)
		out.note("the text is no address of a result (https://.../r/DIGITS/) and not the first %d or more digits of an id", minDigits)
		return out
	}
	var hits []*entry
	for _, e := range v.s.entries {
		if strings.HasPrefix(e.ID, hash) {
			hits = append(hits, e)
		}
	}
	tombs := v.tombstones(hash)
	if foreign := base != "" && v.s.baseURL != "" && !sameBase(base, v.s.baseURL); foreign {
		if len(hits) != 1 {
			out.set(Unknown, WhyNoResult)
			out.note("the address is not of this board, which is published at %s", v.s.baseURL)
			return out
		}
		// It names a result of this board, and leads somewhere else.
		out.set(Altered, WhyAddress)
		out.Differences = []Difference{{"url", strings.TrimSpace(text), v.page(hits[0].Hash)}}
		v.found(&out, hits[0])
		return out
	}
	switch {
	case len(hits) > 1:
		out.set(Unknown, WhyNoResult)
		ids := make([]string, 0, len(hits))
		for _, e := range hits {
			ids = append(ids, e.ID[:16])
		}
		out.note("%s is the start of %d results: %s", hash, len(hits), strings.Join(ids, ", "))
	case len(hits) == 1:
		out.set(Found, "")
		v.found(&out, hits[0])
	case len(tombs) == 1:
		out.set(Found, "")
		out.Page = v.page(tombs[0].ID[:min(len(tombs[0].ID), v.s.in.Site.Labels.HashLen)])
		out.note("a label of %s, %s says: withdrawn", tombs[0].Model, tombs[0].Task)
		v.withdrawn(&out, tombs[0])
	default:
		out.set(Unknown, WhyNoResult)
		out.note("no result of this board has an id that begins with %s; the label may be of another board, or made up", hash)
	}
	return out
}

// tombstones are the withdrawn results whose ids begin with the digits.
func (v *Verifier) tombstones(hash string) (out []*catalog.Withdrawal) {
	ws := v.s.in.Catalog.Moderation.Withdrawals
	for i := range ws {
		if id := strings.ToLower(ws[i].ID); strings.HasPrefix(id, hash) || strings.HasPrefix(hash, id) {
			out = append(out, &ws[i])
		}
	}
	return out
}

// found says what a label of a result says now.
func (v *Verifier) found(out *Verdict, e *entry) {
	now := v.state(e).Record()
	out.Now, out.Page = statement(now), v.page(e.Hash)
	out.note("a label of it says now: %s", v.says(now))
	if e.Withdrawal != nil {
		v.withdrawn(out, e.Withdrawal)
	} else if e.Flag != nil {
		out.Notice = e.Flag.Discussion
		out.note("the result is in review since %s: %s", e.Flag.Date, v.s.reasonText(e.Flag.Reason, e.Flag.Text))
	}
	if out.Outcome == Found {
		out.note("no label was read: compare these words with what the label shows")
	}
}

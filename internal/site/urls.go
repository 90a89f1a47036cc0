// Where things live in the output, and how one page links to another. Links are
// relative and name index.html, so that a site works under any base path and
// from disk.

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"jouleboard/internal/content"
)

// Site paths of pages and files. Each is relative to the output, with slashes.
func boardPath(id string) string     { return "boards/" + id + "/index.html" }
func hardwarePath(id string) string  { return "hardware/" + id + "/index.html" }
func taskPath(id string) string      { return "tasks/" + seg(id) + "/index.html" }
func resultDir(hash string) string   { return "r/" + hash + "/" }
func resultPath(hash string) string  { return resultDir(hash) + "index.html" }
func badgePath(hash string) string   { return "badge/" + hash + ".svg" }
func pagePath(pageURL string) string { return pageURL + "index.html" }
func boardCSV(id string) string      { return "data/boards/" + id + ".csv" }
func boardParquet(id string) string  { return "data/boards/" + id + ".parquet" }

// modelPath is the page of a model by its name ORG/NAME.
func modelPath(name string) string { return "models/" + modelSegs(name) + "/index.html" }

// modelSegs makes a model's name safe as a path, as result files do.
func modelSegs(name string) string {
	org, short, ok := strings.Cut(name, "/")
	if !ok {
		org, short = "_", name
	}
	return seg(org) + "/" + seg(short)
}

// seg makes one path segment of text: what is outside [A-Za-z0-9._-] becomes
// "-", neither "." nor ".." nor nothing remains, and a digest tells apart what
// lost characters.
func seg(s string) string {
	lost := false
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		lost = true
		return '-'
	}, s)
	if strings.Trim(out, ".") == "" {
		out, lost = "-", true
	}
	if lost {
		// Two names in another script must not become one address.
		sum := sha256.Sum256([]byte(s))
		out += "-" + hex.EncodeToString(sum[:4])
	}
	return out
}

// relative returns the link from the page at path from to the file at path to,
// which may carry a fragment.
func relative(from, to string) string { return content.Relative(from, to) }

// public turns a site path into the address that readers see: index.html is
// left out.
func public(baseURL, p string) string {
	return strings.TrimSuffix(baseURL, "/") + "/" + strings.TrimSuffix(p, "index.html")
}

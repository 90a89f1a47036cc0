// How to get a result again: commands, scripts and data, and the file behind the
// page.

package site

import (
	"cmp"
	"path"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// step is one step of reproducing a result.
type step struct{ Text, Command string }

// taskLinks are the scripts and data that a task names.
func taskLinks(t *catalog.Task) []link {
	if t == nil {
		return nil
	}
	var out []link
	for _, l := range t.Links {
		out = append(out, link{l.URL, l.Title})
	}
	if t.DataURL != "" {
		out = append(out, link{t.DataURL, t.DataURL})
	}
	return out
}

// reproduce says how to get the number again.
func (s *site) reproduce(e *entry, samples *result.SamplesFile) []step {
	if src := e.Source; src != nil {
		steps := []step{{Text: s.msg.T("reproduce.reported", src.Publisher, s.opt.Tool.Version), Command: importCommand(src)}}
		if e.Workload.Command != "" {
			steps = append(steps, step{s.msg.T("reproduce.source"), e.Workload.Command})
		}
		return steps
	}
	steps := []step{}
	if sw := e.Software; sw != nil && sw.LaunchCommand != "" {
		steps = append(steps, step{s.msg.T("reproduce.server"), sw.LaunchCommand})
	}
	if e.Workload.Command != "" {
		steps = append(steps, step{s.msg.T("reproduce.command"), e.Workload.Command})
	}
	ran := *e.Result
	ran.Model.Name = e.Stated
	if lines, gaps := MeasureCommand(&ran, e.Task, samples); len(lines) > 0 {
		with := s.msg.T("reproduce.measure")
		if sw := e.Software; sw != nil && sw.Jouleboard != nil {
			with = s.msg.T("reproduce.measure.with", tool(sw.Jouleboard))
		}
		steps = append(steps, step{with, strings.Join(lines, " \\\n  ")})
		for _, g := range gaps {
			steps = append(steps, step{Text: s.gapText(g, e)})
		}
	}
	if e.Samples != nil {
		steps = append(steps, step{Text: s.msg.T("reproduce.samples", e.Samples.SHA256)})
	}
	return steps
}

// gapText says what the file of a result does not state.
func (s *site) gapText(key string, e *entry) string {
	if d := e.Workload.Dataset; key == "dataset" && d != nil {
		return s.msg.T("gap."+key, d.Name, cmp.Or(d.SHA256, s.msg.T("unknown")))
	}
	return s.msg.T("gap." + key)
}

// importCommand is the command that makes the file of a reported result from
// what its source published.
func importCommand(src *result.Source) string {
	parts := []string{"jouleboard import " + src.Name}
	switch {
	case src.Name == "mlenergy":
		parts[0] += " index.json tasks/*.json --select pareto"
	case strings.HasSuffix(src.Table, ".json"), strings.HasSuffix(src.Table, ".csv"):
		parts[0] += " " + path.Base(src.Table)
	default:
		parts[0] += " README.md"
		parts = append(parts, "--publisher "+quote(src.Publisher), "--source-url "+quote(src.URL))
		if src.Title != "" {
			parts = append(parts, "--source-title "+quote(src.Title))
		}
	}
	for _, kv := range [][2]string{{"--source-version", src.Version}, {"--published", src.Published}, {"--retrieved", src.Retrieved}} {
		if kv[1] != "" {
			parts = append(parts, kv[0]+" "+quote(kv[1]))
		}
	}
	return strings.Join(parts, " \\\n  ")
}

// quote makes text one word of a shell's command line.
func quote(t string) string {
	if t != "" && strings.Trim(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=") == "" {
		return t
	}
	return "'" + strings.ReplaceAll(t, "'", `'\''`) + "'"
}

// fileFacts are the identity of the file behind the page.
func (s *site) fileFacts(e *entry) []fact {
	return []fact{{Key: s.msg.T("file.id"), Value: e.ID}, {Key: s.msg.T("file.path"), Value: e.Path}, {Key: s.msg.T("file.schema"), Value: e.Schema},
		{Key: s.msg.T("file.class"), Value: e.Class}, {Key: s.msg.T("file.license"), Value: e.License}}
}

// fileLinks lead to the file in the repository: raw, history, blame.
func (s *site) fileLinks(e *entry) []link {
	repo := strings.TrimSuffix(s.in.Site.Repository, "/")
	if repo == "" {
		return nil
	}
	at := s.in.Site.Branch + "/" + e.Path
	return []link{{repo + "/blob/" + at, s.msg.T("file.view")}, {repo + "/commits/" + at, s.msg.T("file.history")}, {repo + "/blame/" + at, s.msg.T("file.blame")}}
}

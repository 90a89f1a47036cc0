// Words of metrics in the site's language. Their English is in the registry; a
// metric that a board made up by a formula keeps the words of its board.

package site

import (
	"strings"

	"jouleboard/internal/unit"
)

// metricName is a metric's name.
func (s *site) metricName(m unit.Metric) string {
	if s.msg.Has("metric." + m.Key) {
		return s.msg.T("metric." + m.Key)
	}
	base, stat, ok := strings.Cut(m.Key, ".")
	if !ok || !s.msg.Has("metric."+base) {
		return m.Name
	}
	return s.msg.T("metricof."+stat, s.msg.inSentence(s.msg.T("metric."+base)))
}

// short is a metric's column head.
func (s *site) short(m unit.Metric) string {
	base, stat, _ := strings.Cut(m.Key, ".")
	if k := "metric." + base + ".short"; s.msg.Has(k) {
		return joinNonEmpty(" ", s.msg.T(k), stat)
	}
	return m.Short
}

// definition says how a metric is formed.
func (s *site) definition(m unit.Metric) string { return s.metricText(m, ".definition", m.Definition) }

// goodFor says when to look at a metric, empty where that is plain.
func (s *site) goodFor(m unit.Metric) string { return s.metricText(m, ".goodfor", m.GoodFor) }

func (s *site) metricText(m unit.Metric, part, usual string) string {
	base, _, _ := strings.Cut(m.Key, ".")
	if k := "metric." + base + part; usual != "" && s.msg.Has(k) {
		return s.msg.T(k)
	}
	return usual
}

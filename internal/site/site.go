// Package site turns results and content into the published folder:
//
//	Load -> Check -> rank.Boards -> Render -> Write
//
// Render is pure: data in, files out into a staging area. Only Write touches
// the output folder, and only when nothing went wrong before it. The same input
// gives the same bytes, whatever the clock, the folder or the number of cores.
//
// This file holds the options and the pipeline.
package site

import (
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jouleboard/internal/result"

	"golang.org/x/sync/errgroup"
)

// Tool says which program builds the site. Version and commit go into labels and
// citations; Binary tells builds of one version apart, for the cache.
type Tool struct{ Version, Commit, Binary string }

// Options are the choices of one build. The zero value is a plain build.
type Options struct {
	// Out is the output folder, absolute or relative to the working folder.
	Out string
	// BaseURL replaces the site's base_url if it is not empty.
	BaseURL string
	// Strict makes warnings stop the build as errors do.
	Strict bool
	// Jobs bounds how many pages are rendered at once; 0 means one per core.
	Jobs int
	// NoMinify leaves pages, styles and scripts as written.
	NoMinify bool
	// Drafts also builds results that are drafts (simulated, limited).
	Drafts bool
	// Unsampled leaves samples files unread: nothing counts as recomputed then.
	Unsampled bool
	// DryRun renders everything and writes nothing.
	DryRun bool
	// Memory puts the files into Stats.Contents and touches no disk; Out is not
	// looked at.
	Memory bool
	Tool   Tool
	// Cache holds the record of the last build of the same site, and after a good
	// build that of this one; nil remembers nothing.
	Cache *Cache
	// Shared is what the board has in common with another revision of it that was
	// loaded before; nil where there is none. It takes the place of Cache.
	Shared *Shared
	// Progress is told how far a phase is; nil is fine. It must be safe for
	// concurrent use.
	Progress func(phase string, done, total int)
}

// Stats says what a build did.
type Stats struct {
	Results, Boards, Models, Pages int
	Files                          int
	Bytes                          int64
	Written, Unchanged, Removed    int
	Phases                         []Phase
	// Recalled says that nothing had changed since the last build, so that nothing
	// was read.
	Recalled bool
	// Work is what rendering was busy with, by kind: seconds of all goroutines
	// together, so that the sum may be above the wall time of its phase.
	Work []Phase
	// Index is the page to open.
	Index string
	// BaseURL is the address that the site was built for, empty if none is known.
	BaseURL string
	// Contents are the files of a build into memory.
	Contents map[string][]byte
	// LabelsLeftOut says that no base URL is known, so that labels could carry no
	// address to check them at.
	LabelsLeftOut bool

	sums iter.Seq2[string, digest]
}

// Sums are the SHA-256 digests of all files by name, in hexadecimal.
func (st Stats) Sums() map[string]string {
	if st.sums == nil {
		return nil
	}
	out := make(map[string]string, st.Files)
	for name, sum := range st.sums {
		out[name] = hex.EncodeToString(sum[:])
	}
	return out
}

// Phase is the time of one step of the build.
type Phase struct {
	Name     string
	Duration time.Duration
}

// Build runs the whole pipeline for the board at root. Findings are returned
// sorted; if they hold an error (or, with Strict, a warning), ok is false and
// the output folder was not touched. err is for trouble outside the input, such
// as an output folder that cannot be written.
func Build(ctx context.Context, root string, opt Options) (stats Stats, fs result.Findings, ok bool, err error) {
	if !opt.Memory {
		if err := CheckOut(root, opt.Out); err != nil {
			return stats, nil, false, err
		}
	}
	clock := newPhases()
	progress := opt.Progress
	if progress == nil {
		progress = func(string, int, int) {}
	}
	progress("load", 0, 0)
	garbage := newCollector(opt.Memory)
	defer garbage.end()
	if opt.DryRun {
		opt.Cache = nil
	}
	cache := opt.Cache
	before, err := sightOf(ctx, root, opt, cache)
	if err != nil {
		return stats, nil, false, err
	}
	if cache != nil && cache.identity != before.identity {
		*cache = Cache{} // of another program, or of other options: nothing of it can be used
	}
	if cache.holds(ctx, before, opt) {
		clock.mark("look")
		stats = cache.recalled()
		stats.Phases = clock.list
		return stats, cache.found, true, nil
	}
	if cache == nil {
		before.commit = gitCommit(ctx, root)
	}
	clock.mark("look")
	in, fs, err := load(ctx, root, opt, before)
	if err != nil {
		return stats, fs, false, err
	}
	clock.mark("load")
	lastFiles, enough := cache.lookBack(ctx, opt)
	defer enough()
	garbage.known(len(in.Results))

	fs = append(fs, in.Check()...)
	stop := func() bool {
		return fs.HasErrors() || opt.Strict && fs.Count(result.Warn) > 0
	}
	if stop() {
		fs = append(fs, in.prose(opt, fs)...)
		fs.Sort()
		return stats, fs, false, nil
	}
	clock.mark("check")

	s, more := newSite(in, opt)
	fs = append(fs, more...)
	clock.mark("rank")
	if stop() {
		fs.Sort()
		return stats, fs, false, nil
	}

	jobs := s.jobs()
	out, err := newOutput(opt, lastFiles())
	if err != nil {
		return stats, fs, false, err
	}
	defer out.discard()
	more, works, err := s.render(ctx, jobs, out, cache, before.identity, progress)
	if err != nil {
		return stats, fs, false, err
	}
	fs = append(fs, more...)
	fs.Sort()
	clock.mark("render")
	if stop() {
		return stats, fs, false, nil
	}

	stats = Stats{
		Results: len(in.Results), Boards: len(s.boards), Models: len(s.models), Pages: s.pageCount,
		Index: filepath.Join(opt.Out, "index.html"), BaseURL: s.baseURL, LabelsLeftOut: s.baseURL == "",
	}
	var settled map[string]stamp // nothing of the board is read any more
	var look errgroup.Group
	if cache != nil {
		look.Go(func() (err error) { settled, err = stampInputs(ctx, root, settingFolders...); return err })
	}
	err = out.commit(opt.DryRun, &stats)
	looked := look.Wait()
	if err != nil {
		return stats, fs, false, fmt.Errorf("write the site to %s: %w", opt.Out, err)
	}
	if looked != nil {
		return stats, fs, false, looked
	}
	if cache != nil {
		cache.remember(ctx, before, settled, s, out, works, stats, fs)
	}
	clock.mark("write")
	stats.Phases, stats.Work = clock.list, append(s.work.list(), out.work.list()...)
	return stats, fs, true, nil
}

// prose looks for mistakes in the live parts of pages although the build fails
// already, so that they are told together with the others. It cannot where what
// the parts speak of is broken itself.
func (in *Input) prose(opt Options, found result.Findings) result.Findings {
	for _, f := range found {
		if f.Level == result.Error && !strings.HasPrefix(f.Where.File, "content/docs/") && !strings.HasPrefix(f.Where.File, "content/methodology/") {
			return nil
		}
	}
	s, out := newSite(in, opt)
	if out.HasErrors() {
		return nil
	}
	s.jobs()
	out = nil
	nowhere := &renderer{s: s, out: newMemory(nil)}
	for _, p := range in.Pages {
		d := &directives{site: s, page: pagePath(p.URL), r: nowhere}
		_, fs := p.Render(d.render, nil)
		out = append(out, fs...)
	}
	return out
}

type phases struct {
	last time.Time
	list []Phase
}

func newPhases() *phases { return &phases{last: time.Now()} }

func (p *phases) mark(name string) {
	now := time.Now()
	p.list = append(p.list, Phase{name, now.Sub(p.last)})
	p.last = now
}

// exists says whether a path is there at all.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

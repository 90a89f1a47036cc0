// The record of a build: which files it read and wrote, and what each piece of
// work was made of. With it the next build does only what is new. A record is
// believed as far as the file system bears it out: every file that it speaks of is
// looked at before it counts as there.

package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"jouleboard/internal/result"
	"jouleboard/internal/sign"

	"golang.org/x/sync/errgroup"
)

// digest is a SHA-256.
type digest = [sha256.Size]byte

// Cache holds the record of the last build of a site. The zero value remembers
// nothing yet; a nil *Cache never does. The site is the same with it and without.
// One build at a time may use it.
type Cache struct {
	unread string // the file of the record, until it is read
	sight
	outputs []outputFile // sorted by name
	list    stamp        // of the file that lists them
	works   map[digest]madeWork
	assets  map[string]string // names of the styles and scripts that pages load
	results []readResult
	stats   Stats
	found   result.Findings

	// contents are the files of a build into memory.
	contents map[string][]byte
}

// outputFile is one file that a build left.
type outputFile struct {
	name  string // with forward slashes
	sum   digest
	stamp stamp
	of    digest // what it was drawn of, zero where nobody says
}

// madeWork is what a piece of work made: outputs by their index, what it found, and
// what it noted for work that comes later.
type madeWork struct {
	outputs []int32
	found   result.Findings
	note    []byte
}

// recordMagic begins the file of a record; it changes with the form.
const recordMagic = "jouleboard record 6\n"

// ReadCache is the record at path, which a build reads while it looks at the board. A
// file that is missing, cut short, changed or of another version gives an empty one:
// then everything is made anew.
func ReadCache(path string) *Cache { return &Cache{unread: path} }

// read reads a record that is not read yet.
func (c *Cache) read() {
	if c.unread == "" {
		return
	}
	text, err := readWhole(c.unread)
	*c = Cache{}
	if err != nil {
		return
	}
	if last, err := decodeCache(text); err == nil {
		*c = *last
	}
}

// Write puts the record at path, in one step.
func (c *Cache) Write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeAtomic(path, c.encode())
}

// encode writes the record: a head, numbers as varints, texts after their length,
// and the SHA-256 of it all.
func (c *Cache) encode() []byte {
	e := encoder{buf: make([]byte, 0, 128*len(c.outputs)+1<<16)}
	e.buf = append(e.buf, recordMagic...)
	e.buf = append(e.buf, c.identity[:]...)
	e.text(c.commit)
	e.stamp(c.list)
	e.number(uint64(len(c.inputs)))
	names := make([]string, 0, len(c.inputs))
	for name := range c.inputs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		e.text(name)
		e.stamp(c.inputs[name])
	}
	e.number(uint64(len(c.outputs)))
	for i := range c.outputs {
		f := &c.outputs[i]
		e.text(f.name)
		e.buf = append(e.buf, f.sum[:]...)
		e.stamp(f.stamp)
		if f.of == (digest{}) {
			e.text("")
		} else {
			e.text(string(f.of[:]))
		}
	}
	e.number(uint64(len(c.works)))
	keys := make([]digest, 0, len(c.works))
	for key := range c.works {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return bytes.Compare(keys[i][:], keys[j][:]) < 0 })
	for _, key := range keys {
		w := c.works[key]
		e.buf = append(e.buf, key[:]...)
		e.number(uint64(len(w.outputs)))
		for _, i := range w.outputs {
			e.number(uint64(i))
		}
		e.json(w.found)
		e.text(string(w.note))
	}
	e.number(uint64(len(c.results)))
	for _, r := range c.results {
		e.text(r.path)
		e.buf = append(e.buf, r.sum[:]...)
		e.yes(r.listed)
		e.yes(r.faultless)
		e.yes(r.recomputed)
		e.text(r.signed.By)
		e.text(r.signed.Key)
	}
	e.json(c.assets)
	e.json(c.stats)
	e.json(c.found)
	sum := sha256.Sum256(e.buf)
	return append(e.buf, sum[:]...)
}

type encoder struct{ buf []byte }

func (e *encoder) number(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }

func (e *encoder) yes(yes bool) {
	if yes {
		e.number(1)
	} else {
		e.number(0)
	}
}

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) stamp(s stamp) {
	for _, n := range []uint64{uint64(s.size), uint64(s.mtime), uint64(s.change), s.inode} {
		e.number(n)
	}
}

// json writes a value that is small or rare; nothing is written for none.
func (e *encoder) json(v any) {
	if fs, ok := v.(result.Findings); ok && len(fs) == 0 {
		e.number(0)
		return
	}
	data, err := json.Marshal(v)
	if err != nil {
		data = nil // cannot be: plain structs of texts and numbers
	}
	e.text(string(data))
}

var errRecord = errors.New("the record of the last build is damaged")

func decodeCache(text string) (*Cache, error) {
	if len(text) < len(recordMagic)+2*sha256.Size || text[:len(recordMagic)] != recordMagic {
		return nil, errRecord
	}
	body := text[:len(text)-sha256.Size]
	if sum := sumOf(body); string(sum[:]) != text[len(body):] {
		return nil, errRecord
	}
	d := decoder{buf: body[len(recordMagic):]}
	c := &Cache{}
	c.identity, c.commit, c.list = d.digest(), d.text(), d.stamp()
	n := d.count()
	c.inputs = make(map[string]stamp, n)
	for range n {
		name := d.text()
		c.inputs[name] = d.stamp()
	}
	c.outputs = make([]outputFile, d.count())
	for i := range c.outputs {
		c.outputs[i] = outputFile{name: d.text(), sum: d.digest(), stamp: d.stamp()}
		copy(c.outputs[i].of[:], d.text())
		if i > 0 && c.outputs[i-1].name >= c.outputs[i].name {
			return nil, errRecord // they are searched by name
		}
	}
	n = d.count()
	c.works = make(map[digest]madeWork, n)
	for range n {
		key := d.digest()
		w := madeWork{outputs: make([]int32, d.count())}
		for i := range w.outputs {
			n := d.number()
			if n >= uint64(len(c.outputs)) {
				return nil, errRecord
			}
			w.outputs[i] = int32(n)
		}
		d.json(&w.found)
		w.note = []byte(d.text())
		c.works[key] = w
	}
	c.results = make([]readResult, d.count())
	for i := range c.results {
		c.results[i] = readResult{path: d.text(), sum: d.digest(), listed: d.yes(), faultless: d.yes(), recomputed: d.yes(), signed: sign.Signed{By: d.text(), Key: d.text()}}
	}
	d.json(&c.assets)
	d.json(&c.stats)
	d.json(&c.found)
	if d.bad {
		return nil, errRecord
	}
	return c, nil
}

// decoder reads what encoder wrote; after the first fault everything is zero.
type decoder struct {
	buf string
	bad bool
}

func (d *decoder) number() uint64 {
	var n uint64
	for shift := 0; shift < 64 && len(d.buf) > 0; shift += 7 {
		b := d.buf[0]
		d.buf = d.buf[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	d.bad = true
	return 0
}

// count is a number of things that follow, each at least a byte.
func (d *decoder) count() int {
	n := d.number()
	if n > uint64(len(d.buf)) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) take(n int) string {
	if n > len(d.buf) {
		d.bad = true
		return ""
	}
	s := d.buf[:n]
	d.buf = d.buf[n:]
	return s
}

func (d *decoder) text() string { return d.take(d.count()) }

func (d *decoder) yes() bool { return d.number() > 0 }

func (d *decoder) digest() (sum digest) {
	copy(sum[:], d.take(len(sum)))
	return sum
}

func (d *decoder) stamp() stamp {
	return stamp{size: int64(d.number()), mtime: int64(d.number()), change: int64(d.number()), inode: d.number()}
}

func (d *decoder) json(v any) {
	if text := d.text(); text != "" && json.Unmarshal([]byte(text), v) != nil {
		d.bad = true
	}
}

// sight is what a build goes by before it reads anything.
type sight struct {
	identity digest // of the program and its options
	commit   string // of the board's repository
	inputs   map[string]stamp
	at       time.Time
}

// sightOf takes in the board and the options, and the record of the last build.
// Without a cache nobody asks for it.
func sightOf(ctx context.Context, root string, opt Options, cache *Cache) (sight, error) {
	if cache == nil {
		return sight{}, nil
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return sight{}, err
	}
	out, err := filepath.Abs(opt.Out)
	if err != nil {
		return sight{}, err
	}
	s := sight{at: time.Now(), identity: sha256.Sum256(fmt.Appendf(nil, "%q", []any{abs, out, opt.BaseURL, opt.Strict, opt.NoMinify, opt.Drafts, opt.Unsampled, opt.Memory,
		opt.Tool.Version, opt.Tool.Commit, opt.Tool.Binary, os.Getenv("SOURCE_DATE_EPOCH")}))}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { cache.read(); return nil })
	g.Go(func() error { s.commit = gitCommit(ctx, root); return nil })
	g.Go(func() (err error) {
		s.inputs, err = stampInputs(ctx, root, append(slices.Clone(settingFolders), result.Dir)...)
		return err
	})
	return s, g.Wait()
}

// holds says that nothing changed since the last build: neither what it read nor
// what it wrote.
func (c *Cache) holds(ctx context.Context, s sight, opt Options) bool {
	return c != nil && !opt.Memory && len(c.outputs) > 0 && c.identity == s.identity && c.commit == s.commit && sameInputs(c.inputs, s.inputs) &&
		exists(filepath.Join(opt.Out, manifestName)) && untouched(ctx, opt.Out, c.outputs)
}

// remember fills the cache after a good build that began with one sight of the
// board. settled are the stamps of its settings in the end; those of results do not
// matter then, since a result is read once, after the first sight, and its key holds
// the digest of what was read.
func (c *Cache) remember(ctx context.Context, before sight, settled map[string]stamp, s *site, out *output, works []doneWork, stats Stats, found result.Findings) {
	if !sameInputs(settings(before.inputs), settled) {
		*c = Cache{} // somebody wrote while we read: who knows what is in the keys
		return
	}
	all, last := out.all(), out.last
	outputs := make([]outputFile, len(all))
	made := make(map[string]int32, len(out.made)) // where they stand now
	kept := make([]int32, len(last.files))        // where those of the last build stand now
	n := 0
	for i, f := range all {
		outputs[i] = *f
		for n < len(kept) && !last.taken[n] {
			n++
		}
		if n < len(kept) && f == &last.files[n] {
			kept[n] = int32(i)
			n++
		} else {
			made[f.name] = int32(i)
		}
	}
	if out.kept == nil && stampOutputs(ctx, out.dir, outputs) != nil {
		*c = Cache{} // canceled before all were looked at
		return
	}
	done := make(map[digest]madeWork, len(works))
	for _, w := range works {
		if w.key == (digest{}) {
			continue
		}
		m := madeWork{found: w.found, note: w.note, outputs: make([]int32, 0, len(w.files)+len(w.kept))}
		for _, name := range w.files {
			i, ok := made[name]
			if !ok { // taken over, though its work was done
				i = kept[last.find(name)]
			}
			m.outputs = append(m.outputs, i)
		}
		for _, n := range w.kept {
			m.outputs = append(m.outputs, kept[n])
		}
		done[w.key] = m
	}
	stats.Phases, stats.sums, stats.Contents = nil, nil, nil
	before.inputs = atRest(before.inputs, before.at)
	*c = Cache{sight: before, outputs: outputs, list: out.listStamp(), works: done, assets: s.assets.named(), results: readResults(s.in, found), stats: stats, found: found, contents: out.kept}
}

// settings are the inputs that are no results: keys hold digests of what they were
// when they were read a second time.
func settings(inputs map[string]stamp) map[string]stamp {
	out := map[string]stamp{}
	for name, s := range inputs {
		if !strings.HasPrefix(name, result.Dir+"/") {
			out[name] = s
		}
	}
	return out
}

// renaming turns the names of styles and scripts in pages of the last build into
// those of this one, nil if none changed. It is false if one came or went.
func (c *Cache) renaming(assets map[string]string) (*strings.Replacer, bool) {
	var pairs []string
	for what, name := range assets {
		old := c.assets[what]
		if (old == "") != (name == "") {
			return nil, false
		}
		if old != name {
			pairs = append(pairs, old, name)
		}
	}
	if pairs == nil {
		return nil, true
	}
	return strings.NewReplacer(pairs...), true
}

// take takes over what the last build made of work with this key, if all of it is
// there as it was left. In pages the names of styles and scripts become those of
// this build: an edit of a style is no other page.
func (c *Cache) take(key digest, out *output, rename *strings.Replacer) (doneWork, bool, error) {
	w, known := c.works[key]
	if !known {
		return doneWork{}, false, nil
	}
	done := doneWork{key: key, kept: w.outputs, found: w.found, note: w.note}
	var pages [][]byte
	if rename != nil {
		done.kept = nil
		for _, n := range w.outputs {
			name := c.outputs[n].name
			if !strings.HasSuffix(name, ".html") {
				done.kept = append(done.kept, n)
				continue
			}
			page, ok := out.left(n)
			if !ok {
				return doneWork{}, false, nil
			}
			done.files, pages = append(done.files, name), append(pages, []byte(rename.Replace(string(page))))
		}
	}
	if ok, err := out.keep(done.kept); !ok || err != nil {
		return doneWork{}, false, err
	}
	for i, page := range pages {
		if err := out.put(done.files[i], lastOwner, page); err != nil {
			return doneWork{}, false, err
		}
	}
	return done, true, nil
}

// recalled answers for a build of which nothing changed: neither what it reads nor
// what the last one wrote.
func (c *Cache) recalled() Stats {
	st := c.stats
	st.Written, st.Removed, st.Unchanged, st.Recalled = 0, 0, st.Files, true
	outputs := c.outputs
	st.sums = func(yield func(string, digest) bool) {
		for i := range outputs {
			if !yield(outputs[i].name, outputs[i].sum) {
				return
			}
		}
	}
	return st
}

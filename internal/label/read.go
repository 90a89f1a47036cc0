// Reading a label back: the record out of an SVG, a PDF or a PNG that anybody
// may have made or changed. Nothing here trusts the file; what the record says
// is proven elsewhere, against the result.

package label

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// Format is a kind of file that carries a record.
type Format string

// Formats that carry a record. FormatNone is any other file.
const (
	FormatNone Format = ""
	FormatSVG  Format = "svg"
	FormatPDF  Format = "pdf"
	FormatPNG  Format = "png"
)

// MaxFile is the largest file that is read as a label, in bytes. Labels have
// about a hundredth of it.
const MaxFile = 16 << 20

// maxRecord is the longest record, in bytes.
const maxRecord = 64 << 10

// SizeBadge is the size in the record of a badge, which is no page.
const SizeBadge = "badge"

// What can be wrong with a file that should carry a record.
var (
	// ErrNoRecord is for a file without a record, or with none that could be
	// trusted.
	ErrNoRecord = errors.New("no record")
	// ErrDamaged is for a file with a record that cannot have been written that
	// way.
	ErrDamaged = errors.New("damaged")
	// ErrVersion is for a record of a later format.
	ErrVersion = errors.New("record of another version")
)

// ReadError is why a record cannot be read. Err is one of ErrNoRecord,
// ErrDamaged and ErrVersion.
type ReadError struct {
	Err     error
	Message string
	// Resaved says that another program wrote the file anew.
	Resaved bool
}

func (e *ReadError) Error() string { return e.Message }
func (e *ReadError) Unwrap() error { return e.Err }

func noRecord(format string, a ...any) error {
	return &ReadError{Err: ErrNoRecord, Message: fmt.Sprintf(format, a...)}
}

func damaged(format string, a ...any) error {
	return &ReadError{Err: ErrDamaged, Message: fmt.Sprintf(format, a...)}
}

// ReadRecord returns the record in a label file. Errors are *ReadError. Beside
// an error the record is what the file claims, or empty; do not believe it.
func ReadRecord(data []byte) (Record, Format, error) {
	if len(data) > MaxFile {
		return Record{}, FormatNone, noRecord("the file is larger than %d MiB, so it is no label", MaxFile>>20)
	}
	switch format := formatOf(data); format {
	case FormatPNG:
		text, err := readPNG(data)
		return parsed(text, format, err)
	case FormatPDF:
		text, err := readPDF(data)
		return parsed(text, format, err)
	case FormatSVG:
		text, err := readSVG(data)
		return parsed(text, format, err)
	}
	switch {
	case len(data) == 0:
		return Record{}, FormatNone, noRecord("the file is empty")
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")), bytes.HasPrefix(data, []byte("RIFF")), bytes.HasPrefix(data, []byte("GIF8")):
		return Record{}, FormatNone, noRecord("a photo carries no record; read its QR code and give the text")
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		return Record{}, FormatNone, noRecord("the file is compressed with gzip; unpack it first")
	}
	return Record{}, FormatNone, noRecord("the file is neither SVG nor PDF nor PNG")
}

// formatOf tells the format by its first bytes.
func formatOf(data []byte) Format {
	switch {
	case bytes.HasPrefix(data, []byte(pngSignature)):
		return FormatPNG
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return FormatPDF
	}
	if text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n"); bytes.HasPrefix(text, []byte("<")) {
		return FormatSVG
	}
	return FormatNone
}

// parsed reads the record's text, which may be there in spite of an error.
func parsed(text []byte, format Format, err error) (Record, Format, error) {
	if len(text) == 0 {
		return Record{}, format, err
	}
	rec, parseErr := ParseRecord(text)
	if err == nil {
		err = parseErr
	}
	return rec, format, err
}

// isRecord says whether a text found in a file is meant as a record.
func isRecord(text []byte) bool {
	text = bytes.TrimSpace(text)
	return bytes.HasPrefix(text, []byte("{")) && bytes.Contains(text, []byte("jouleboard.label/"))
}

// ParseRecord reads the JSON of a record: every key known and there once, and
// every value of a form that a label can have. Errors are *ReadError.
func ParseRecord(text []byte) (Record, error) {
	text = bytes.TrimSpace(text)
	if len(text) > maxRecord {
		return Record{}, damaged("the record is longer than %d KiB", maxRecord>>10)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return Record{}, damaged("the record is no proper JSON: %s", jsonProblem(err))
	}
	if head.Schema != RecordSchema {
		if strings.HasPrefix(head.Schema, "jouleboard.label/") {
			return Record{}, &ReadError{Err: ErrVersion, Message: fmt.Sprintf("the record is of schema %s, and this version reads %s", result.Clip(head.Schema), RecordSchema)}
		}
		return Record{}, damaged("the record's schema is %q, expected %s", result.Clip(head.Schema), RecordSchema)
	}
	var rec Record
	if err := json.Unmarshal(text, &rec, json.RejectUnknownMembers(true)); err != nil {
		return Record{}, damaged("the record cannot be read: %s", jsonProblem(err))
	}
	return rec, rec.check()
}

// jsonProblem is the part of a message that says what is wrong and where.
func jsonProblem(err error) string {
	s := result.FirstLine(err.Error())
	for _, p := range []string{"json: ", "jsontext: "} {
		s = strings.TrimPrefix(s, p)
	}
	if _, what, ok := strings.Cut(s, " into Go label.Record: "); ok {
		s = what
	}
	if r := []rune(s); len(r) > 160 {
		s = string(r[:160]) + "…"
	}
	return s
}

// check finds values that no label has.
func (r Record) check() error {
	bad := func(key, value, want string) error {
		return damaged("the record's %s is %q, expected %s", key, result.Clip(value), want)
	}
	statuses := []string{StatusRated, StatusDraft, StatusFlagged, StatusSuperseded, StatusNotRated, StatusWithdrawn}
	rated := r.Status != StatusNotRated && r.Status != StatusWithdrawn
	switch {
	case !isHex(r.Result, 64):
		return bad("result", r.Result, "64 hex digits")
	case r.ScaleSHA256 != "" && !isHex(r.ScaleSHA256, 64):
		return bad("scale_sha256", r.ScaleSHA256, "64 hex digits")
	case r.DesignSHA256 != "" && !isHex(r.DesignSHA256, 64):
		return bad("design_sha256", r.DesignSHA256, "64 hex digits")
	case r.Scale != "" && !rank.ValidScaleID(r.Scale):
		return bad("scale", r.Scale, "the id of a scale")
	case !slices.Contains(statuses, r.Status):
		return bad("status", r.Status, "one of "+strings.Join(statuses, ", "))
	case r.Size != SizeBadge && !slices.Contains(Sizes(), r.Size):
		return bad("size", r.Size, "one of "+strings.Join(append(Sizes(), SizeBadge), ", "))
	case r.Look != "" && !slices.Contains(Looks(), r.Look):
		return bad("look", r.Look, "one of "+strings.Join(Looks(), ", "))
	case rated != (r.Stars != ""):
		return damaged("the record's status is %s and its stars are %q", r.Status, result.Clip(r.Stars))
	case rated && !isStars(r.Stars):
		return bad("stars", r.Stars, "1.0 to 5.0 in steps of a half")
	case rated && (len(r.Range) != 2 || !isStars(r.Range[0]) || !isStars(r.Range[1])):
		return damaged("the record's range is %.60q, expected the least and the most stars", r.Range)
	case !rated && len(r.Range) != 0:
		return damaged("the record has a range of stars and no rating")
	case r.Size != SizeBadge && !strings.HasPrefix(r.URL, "https://"):
		return bad("url", r.URL, "an https address")
	case !strings.HasPrefix(r.Tool, "jouleboard"):
		return bad("tool", r.Tool, "jouleboard and its version")
	}
	for _, s := range []string{r.Model, r.Task, r.Value, r.Unit, r.URL, r.Reason, r.Design, r.Tool} {
		if _, found := forbidden(s); found {
			return damaged("the record holds control or direction characters")
		}
	}
	return nil
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

// isStars says whether s is a rating as labels write it: "3.5".
func isStars(s string) bool {
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && v >= 1 && v <= 5 && 2*v == float64(int(2*v)) && s == stars(v)
}

// Record is what a label of the input states, but for its design and size.
func (in Input) Record() Record { return in.record() }

// SHA256 is the digest of the design that a style is drawn with, ok false if
// there is no such design.
func (d *Designs) SHA256(s Style) (sum string, ok bool) {
	s.Unofficial = true
	ds, _, err := d.choose(s.full())
	if err != nil {
		return "", false
	}
	return ds.SHA256, true
}

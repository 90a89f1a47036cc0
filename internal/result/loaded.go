// A result with the file that it was read from.

package result

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
)

// Loaded is a result with the place it was read from.
type Loaded struct {
	*Result
	// Path is relative to the board's root, with forward slashes.
	Path string
	// Size and Sum are the length of the file and its SHA-256.
	Size int64
	Sum  [sha256.Size]byte
	// Known says that nothing is to be said of these bytes; see Before.
	Known bool

	// text is that of the file. Where root is named, it is a copy without space, and
	// the file itself is still below root.
	text, root string
}

// NewLoaded is a result with the bytes of its file.
func NewLoaded(path string, r *Result, data []byte) *Loaded {
	return &Loaded{Result: r, Path: path, Size: int64(len(data)), Sum: sha256.Sum256(data), text: string(data)}
}

// File returns the bytes of the file, empty for a result that has none. It is read
// anew where the result came from a copy; that it changed meanwhile is an error.
func (l *Loaded) File() ([]byte, error) {
	if l.root == "" {
		return []byte(l.text), nil
	}
	data, err := readBounded(filepath.Join(l.root, filepath.FromSlash(l.Path)), nil)
	if err == nil && sha256.Sum256(data) != l.Sum {
		err = errors.New("it was changed just now; build again")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l.Path, plainPathError(err))
	}
	return data, nil
}

// AppendCompact adds the text of the file without the space between its parts.
func (l *Loaded) AppendCompact(b []byte) []byte {
	if l.root != "" {
		return append(b, l.text...)
	}
	return appendCompact(b, l.text)
}

// appendCompact adds JSON without the space between its parts. It was read before,
// so that quotes are all it takes to tell texts from what is between them.
func appendCompact(b []byte, text string) []byte {
	from, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
			b = append(b, text[from:i]...)
			from = i + 1
		}
	}
	return append(b, text[from:]...)
}

// document is for findings about the file, which have no line where it is not there
// any more.
func (l *Loaded) document() *document {
	data, err := l.File()
	if err != nil || len(data) == 0 {
		data = nil
	}
	return &document{file: l.Path, data: data}
}

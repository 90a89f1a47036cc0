// The attestation: three statements that a person accepts once, by name and
// date, and that are stored for this person's later results.

package measure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// StatementVersion is the version of the three texts. A change of their words
// needs a new one, and asks everybody again.
const StatementVersion = "1"

// StatementText is one of the statements.
type StatementText struct{ Title, Text string }

// Statements are what a submitter accepts, as the board's contribution page has
// them.
func Statements() []StatementText {
	return []StatementText{
		{"Public data sharing", "I agree that the energy and performance figures of this submission are published. Of the model, only what the result file says is disclosed."},
		{"Data integrity", "The logs and samples are complete and unaltered. They come from the run that the result describes, by the stated procedure. The file names the SHA-256 of each."},
		{"Model representation", "The model that was measured is the one that is offered under this name. Its precision, its quantisation and whatever else bears on energy are those of normal use."},
	}
}

// Consent is an acceptance as stored.
type Consent struct {
	Version string `json:"version"`
	Name    string `json:"name"`
	URL     string `json:"url,omitzero"`
	Date    string `json:"date"` // YYYY-MM-DD
}

// Attestation is the block of a result.
func (c Consent) Attestation() *result.Attestation {
	s := result.Statement{Version: c.Version, Name: c.Name, Date: c.Date}
	return &result.Attestation{PublicDataSharing: s, DataIntegrity: s, ModelRepresentation: s}
}

// ConsentFile is where an acceptance is kept, below the user's configuration.
func ConsentFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for settings: %w", err)
	}
	return filepath.Join(dir, "jouleboard", "attestation.json"), nil
}

// LoadConsent reads a stored acceptance. ok is false where there is none, or one
// of other texts.
func LoadConsent(file string) (c Consent, ok bool, err error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read the stored attestation: %w", err)
	}
	if err := json.Unmarshal(data, &c, json.RejectUnknownMembers(true)); err != nil {
		return c, false, fmt.Errorf("read the stored attestation: %s is damaged, remove it to be asked again: %w", file, err)
	}
	return c, c.Version == StatementVersion && strings.TrimSpace(c.Name) != "" && dateText.MatchString(c.Date), nil
}

// SaveConsent stores an acceptance for later results.
func SaveConsent(file string, c Consent) error {
	data, err := json.Marshal(c, jsontext.WithIndent("  "))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = writeWhole(filepath.Dir(file), filepath.Base(file), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("store the attestation: %w", err)
	}
	return nil
}

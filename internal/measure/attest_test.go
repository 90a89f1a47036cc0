package measure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConsent: what was accepted is asked for once, and anew when the texts have
// changed.
func TestConsent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jouleboard", "attestation.json")
	if _, ok, err := LoadConsent(file); ok || err != nil {
		t.Errorf("nothing stored: %v, %v", ok, err)
	}
	want := Consent{Version: StatementVersion, Name: "A Tester", Date: "2026-01-02"}
	if err := SaveConsent(file, want); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := LoadConsent(file); got != want || !ok || err != nil {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	a := want.Attestation()
	if a.DataIntegrity != a.PublicDataSharing || a.ModelRepresentation.Name != "A Tester" {
		t.Errorf("%+v", a)
	}
	old := want
	old.Version = "0"
	if err := SaveConsent(file, old); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := LoadConsent(file); ok || err != nil {
		t.Errorf("another version of the texts holds: %v, %v", ok, err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := LoadConsent(file); ok || err == nil {
		t.Error("a damaged file is no acceptance, and is said")
	}
}

// TestStatementsArePublished: what a person accepts is what the board's page says,
// word for word.
func TestStatementsArePublished(t *testing.T) {
	data, err := os.ReadFile("../../content/methodology/contribute.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(data)), " ")
	for _, s := range Statements() {
		if !strings.Contains(page, "**"+s.Title+".** "+s.Text) {
			t.Errorf("%s: the page has other words; a change needs a new StatementVersion", s.Title)
		}
	}
}

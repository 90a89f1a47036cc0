// Data sets: reading prompts from files, strictly bounded, every skipped line
// counted by its reason (G13).

package measure

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jouleboard/internal/load"
)

// Bounds of a data set.
const (
	maxDataBytes = 2 << 30
	maxDataLine  = 16 << 20
	maxDataItems = 5_000_000
)

// The usual filter of ShareGPT conversations, in tokens.
const (
	shareLeast  = 4
	sharePrompt = 1024
	shareSum    = 2048
)

// Item is one prompt.
type Item struct {
	Messages []load.Message
	Max      int64 // most tokens of the answer, 0: as the plan says
	Target   int64 // length of the answer to reach, 0: its natural end
}

// Data is a data set as read.
type Data struct {
	SHA256  string // of the file's bytes (G13)
	Items   []Item
	Skipped map[string]int64 // lines left out, by reason
	Notes   []string
}

// SkippedText lists the reasons with their counts, "" if nothing was skipped.
func (d *Data) SkippedText() string {
	var parts []string
	for reason, n := range d.Skipped {
		parts = append(parts, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// ReadData reads a file as a kind of workload says. Errors name file and line.
func ReadData(path, kind string) (*Data, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read prompts: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read prompts: %w", err)
	}
	if st.IsDir() {
		return nil, fmt.Errorf("read prompts: %s is a folder; a file was expected", path)
	}
	d, err := readData(f, kind)
	if err != nil {
		return nil, fmt.Errorf("read prompts: %s: %w", path, err)
	}
	return d, nil
}

func readData(r io.Reader, kind string) (*Data, error) {
	sum := sha256.New()
	d := &Data{Skipped: map[string]int64{}}
	in := bufio.NewReaderSize(io.TeeReader(&io.LimitedReader{R: r, N: maxDataBytes + 1}, sum), 64<<10)
	var take func(raw json.RawMessage) (Item, string, error)
	switch kind {
	case WorkShareGPT:
		take = shareItem
		d.Notes = append(d.Notes, "lengths of prompts and answers in the data set were estimated from words when it was filtered")
	case WorkMLEnergy:
		take = firstTurnItem
	default:
		take = lineItem
	}
	first, err := firstByte(in)
	if err != nil {
		return nil, err
	}
	if first == '[' && (kind == WorkShareGPT || kind == WorkMLEnergy) {
		err = d.array(in, take)
	} else {
		err = d.lines(in, take)
	}
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(io.Discard, in)
	if err != nil {
		return nil, err
	}
	if n > 0 && n > maxDataBytes {
		return nil, fmt.Errorf("the file is larger than %d bytes", int64(maxDataBytes))
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if len(d.Items) == 0 {
		why := d.SkippedText()
		if why != "" {
			why = " (skipped: " + why + ")"
		}
		return nil, fmt.Errorf("it holds no usable prompt%s", why)
	}
	return d, nil
}

// firstByte looks at the first byte that is not white space, after a byte-order
// mark if there is one.
func firstByte(in *bufio.Reader) (byte, error) {
	if b, err := in.Peek(3); err == nil && bytes.Equal(b, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, errors.New("the file is empty")
		}
		if b == ' ' || b == '\t' || b == '\r' || b == '\n' {
			continue
		}
		return b, in.UnreadByte()
	}
}

func (d *Data) add(raw json.RawMessage, take func(json.RawMessage) (Item, string, error)) error {
	item, skip, err := take(raw)
	switch {
	case err != nil:
		return err
	case skip != "":
		d.Skipped[skip]++
	case len(d.Items) >= maxDataItems:
		return fmt.Errorf("more than %d prompts", maxDataItems)
	default:
		d.Items = append(d.Items, item)
	}
	return nil
}

// array reads one JSON array of records.
func (d *Data) array(in io.Reader, take func(json.RawMessage) (Item, string, error)) error {
	dec := json.NewDecoder(in)
	if _, err := dec.Token(); err != nil {
		return err
	}
	for n := 1; dec.More(); n++ {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
		if len(raw) > maxDataLine {
			return fmt.Errorf("record %d is longer than %d bytes", n, maxDataLine)
		}
		if err := d.add(raw, take); err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("the array is not closed: %w", err)
	}
	return nil
}

// lines reads one JSON value a line; empty lines are allowed.
func (d *Data) lines(in *bufio.Reader, take func(json.RawMessage) (Item, string, error)) error {
	var line []byte
	for n := 1; ; n++ {
		line = line[:0]
		var err error
		for {
			var part []byte
			part, err = in.ReadSlice('\n')
			line = append(line, part...)
			if len(line) > maxDataLine {
				return fmt.Errorf("line %d is longer than %d bytes", n, maxDataLine)
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			if !json.Valid(text) {
				return fmt.Errorf("line %d is not JSON; one object a line was expected", n)
			}
			if e := d.add(bytes.Clone(text), take); e != nil {
				return fmt.Errorf("line %d: %w", n, e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// wireItem is every form that a line may have: the OpenAI form (messages, also
// inside the body of a batch request) and a plain prompt.
type wireItem struct {
	Messages    []wireMessage   `json:"messages"`
	Prompt      json.RawMessage `json:"prompt"`
	MaxTokens   *int64          `json:"max_tokens"`
	MaxComplete *int64          `json:"max_completion_tokens"`
	Expected    *int64          `json:"expected_output_tokens"`
	Body        *wireItem       `json:"body"`
}

type wireMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

// Reasons for which a line is skipped.
const (
	skipEmpty     = "without text"
	skipMedia     = "with pictures or other media"
	skipAnswered  = "that do not end with the user's turn"
	skipShort     = "shorter than the filter allows"
	skipLong      = "longer than the filter allows"
	skipNoHuman   = "without a person's turn"
	skipNoAnswer  = "without an answer"
	skipTools     = "with roles other than system, user and assistant"
	skipTokenList = "given as token numbers"
)

func lineItem(raw json.RawMessage) (Item, string, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return plain(text)
	}
	var w wireItem
	if err := json.Unmarshal(raw, &w); err != nil {
		return Item{}, "", errors.New("an object with messages or prompt, or a string, was expected")
	}
	if w.Body != nil {
		w = *w.Body
	}
	item, skip, err := w.item()
	for _, n := range []struct {
		name string
		v    *int64
		to   *int64
	}{{"max_tokens", w.MaxTokens, &item.Max}, {"max_completion_tokens", w.MaxComplete, &item.Max}} {
		if n.v == nil {
			continue
		}
		if *n.v < 1 {
			return Item{}, "", fmt.Errorf("%s is %d; at least 1 was expected", n.name, *n.v)
		}
		*n.to = *n.v
	}
	if w.Expected != nil && *w.Expected > 0 && item.Max == 0 {
		// What the line expects is a bound twice as wide, not a target: the answer
		// ends where the model ends it.
		item.Max = 2 * *w.Expected
	}
	return item, skip, err
}

func (w *wireItem) item() (Item, string, error) {
	if len(w.Messages) == 0 {
		var text string
		switch {
		case w.Prompt == nil:
			return Item{}, "", errors.New("neither messages nor prompt")
		case json.Unmarshal(w.Prompt, &text) == nil:
			return plain(text)
		}
		return Item{}, skipTokenList, nil
	}
	var item Item
	for _, m := range w.Messages {
		text, media := m.text()
		switch {
		case media:
			return Item{}, skipMedia, nil
		case m.Role != "system" && m.Role != "user" && m.Role != "assistant" && m.Role != "developer":
			return Item{}, skipTools, nil
		}
		item.Messages = append(item.Messages, load.Message{Role: m.Role, Content: text})
	}
	last := item.Messages[len(item.Messages)-1]
	switch {
	case last.Role != "user":
		return Item{}, skipAnswered, nil
	case strings.TrimSpace(last.Content) == "":
		return Item{}, skipEmpty, nil
	}
	return item, "", nil
}

// text joins the text parts of a content; media says that there are others.
func (m wireMessage) text() (text string, media bool) {
	if json.Unmarshal(m.Content, &text) == nil {
		return text, false
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal(m.Content, &parts) != nil {
		return "", true
	}
	var b strings.Builder
	for _, p := range parts {
		if p.Type != "text" && p.Type != "input_text" {
			return "", true
		}
		b.WriteString(p.Text)
	}
	return b.String(), false
}

func plain(text string) (Item, string, error) {
	if strings.TrimSpace(text) == "" {
		return Item{}, skipEmpty, nil
	}
	return Item{Messages: []load.Message{{Role: "user", Content: text}}}, "", nil
}

// conversation is one record of the ShareGPT form.
type conversation struct {
	Turns []struct {
		From  string `json:"from"`
		Value string `json:"value"`
	} `json:"conversations"`
}

// firstTurnItem takes the first turn whoever speaks it, as the script of the
// first ML.ENERGY board did with its data.
func firstTurnItem(raw json.RawMessage) (Item, string, error) {
	var c conversation
	if err := json.Unmarshal(raw, &c); err != nil {
		return Item{}, "", errors.New("a record with conversations was expected")
	}
	if len(c.Turns) == 0 {
		return Item{}, skipEmpty, nil
	}
	return plain(c.Turns[0].Value)
}

// shareItem takes the first human turn, and the length of the answer to it as
// the length to reach.
func shareItem(raw json.RawMessage) (Item, string, error) {
	var c conversation
	if err := json.Unmarshal(raw, &c); err != nil {
		return Item{}, "", errors.New("a record with conversations was expected")
	}
	i := slices.IndexFunc(c.Turns, func(t struct {
		From  string `json:"from"`
		Value string `json:"value"`
	}) bool {
		return t.From == "human" || t.From == "user"
	})
	switch {
	case i < 0:
		return Item{}, skipNoHuman, nil
	case i+1 >= len(c.Turns) || c.Turns[i+1].From != "gpt" && c.Turns[i+1].From != "assistant" && c.Turns[i+1].From != "chatgpt" && c.Turns[i+1].From != "bing" && c.Turns[i+1].From != "bard":
		return Item{}, skipNoAnswer, nil
	}
	in, out := estimateTokens(c.Turns[i].Value), estimateTokens(c.Turns[i+1].Value)
	switch {
	case in < shareLeast || out < shareLeast:
		return Item{}, skipShort, nil
	case in > sharePrompt || in+out > shareSum:
		return Item{}, skipLong, nil
	}
	item, skip, err := plain(c.Turns[i].Value)
	item.Max, item.Target = out, out
	return item, skip, err
}

// estimateTokens guesses the number of tokens of a text without a tokenizer:
// words count one for each six letters begun, other characters one each, those
// outside of Latin scripts likewise. It serves the filter and the targets of
// ShareGPT data alone; every number of a result comes from the server.
func estimateTokens(text string) int64 {
	var n int64
	run := 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if run%6 == 0 {
				n++
			}
			run++
		case unicode.IsSpace(r):
			run = 0
		default:
			run = 0
			n++
		}
	}
	return n
}

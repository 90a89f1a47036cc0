// Bodies of requests: every sampling parameter explicit, never a server's
// default (G12), keys in a fixed order, encoded before the run.

package load

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A Message is one turn of a chat.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Params say what to ask for. Fields of the last group are sent only to servers
// that the probe found to know them.
type Params struct {
	Model    string
	Messages []Message // a chat; exactly one of Messages and Prompt is given
	Prompt   string

	Temperature float64
	TopP        float64 // 1 if 0
	Max         int64   // output tokens; 0 leaves the end to the model

	// MaxField is the name of the field for Max: max_tokens (the default) or
	// max_completion_tokens.
	MaxField        string
	NoStreamOptions bool // the server refuses stream_options
	ContinuousUsage bool
	IgnoreEOS       bool
	MinTokens       int64
	Seed            *int64
	// RepetitionPenalty and TopK are no part of the OpenAI API; servers that know
	// them take the model's own defaults where they are left out (G12).
	RepetitionPenalty *float64
	TopK              *int64
}

type streamOptions struct {
	IncludeUsage    bool `json:"include_usage"`
	ContinuousUsage bool `json:"continuous_usage_stats,omitempty"`
}

type wireBody struct {
	Model         string         `json:"model"`
	Messages      []Message      `json:"messages,omitempty"`
	Prompt        *string        `json:"prompt,omitempty"`
	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options,omitempty"`
	N             int            `json:"n"`
	Temperature   float64        `json:"temperature"`
	TopP          float64        `json:"top_p"`
	MaxTokens     int64          `json:"max_tokens,omitempty"`
	MaxCompletion int64          `json:"max_completion_tokens,omitempty"`
	MinTokens     int64          `json:"min_tokens,omitempty"`
	IgnoreEOS     bool           `json:"ignore_eos,omitempty"`
	Seed          *int64         `json:"seed,omitempty"`
	Repetition    *float64       `json:"repetition_penalty,omitempty"`
	TopK          *int64         `json:"top_k,omitempty"`
}

// Encode returns the path and the JSON body.
func (p Params) Encode() (path string, body []byte, err error) {
	w := wireBody{
		Model: p.Model, Messages: p.Messages, Stream: true, N: 1, Temperature: p.Temperature, TopP: p.TopP,
		MinTokens: p.MinTokens, IgnoreEOS: p.IgnoreEOS, Seed: p.Seed, Repetition: p.RepetitionPenalty, TopK: p.TopK,
	}
	path = ChatPath
	switch {
	case len(p.Messages) > 0 && p.Prompt != "":
		return "", nil, errors.New("a request has messages and a prompt: expected one of them")
	case len(p.Messages) == 0:
		path, w.Prompt = CompletionPath, &p.Prompt
	}
	if w.TopP == 0 {
		w.TopP = 1
	}
	switch p.MaxField {
	case "", "max_tokens":
		w.MaxTokens = p.Max
	case "max_completion_tokens":
		w.MaxCompletion = p.Max
	default:
		return "", nil, fmt.Errorf("field %q for the output length: expected max_tokens or max_completion_tokens", p.MaxField)
	}
	if !p.NoStreamOptions {
		w.StreamOptions = &streamOptions{IncludeUsage: true, ContinuousUsage: p.ContinuousUsage}
	}
	body, err = json.Marshal(w)
	if err != nil {
		return "", nil, fmt.Errorf("the request cannot be encoded: %w", err)
	}
	return path, body, nil
}

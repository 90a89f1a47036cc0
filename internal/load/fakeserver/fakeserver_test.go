package fakeserver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// post sends one completion over a connection of its own and returns the status
// and body.
func post(t *testing.T, s *Server, path, body string) (int, string) {
	t.Helper()
	conn, err := s.Dial(context.Background(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := StartMemory(Options{MinLength: 4, MaxLength: 9, FirstToken: time.Second, Gap: time.Second})
		defer s.Close()
		ask := `{"model":"m","messages":[{"role":"user","content":"tell me"}],"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true},"max_tokens":3}`
		began := time.Now()
		status, text := post(t, s, "/v1/chat/completions", ask)
		if status != 200 || time.Since(began) != 3*time.Second || s.Tokens() != 3 || s.Active() != 0 || s.Requests() != 1 {
			t.Errorf("status %d after %v, %d tokens", status, time.Since(began), s.Tokens())
		}
		lines := strings.Split(strings.TrimSpace(text), "\n\n")
		if len(lines) != 7 || lines[6] != "data: [DONE]" {
			t.Fatalf("%d events:\n%s", len(lines), text)
		}
		for i, line := range lines[:6] {
			var event struct {
				Choices []struct {
					Finish string `json:"finish_reason"`
				}
				Usage *struct {
					Prompt     int `json:"prompt_tokens"`
					Completion int `json:"completion_tokens"`
				}
			}
			if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &event); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if want := min(i, 3); event.Usage == nil || event.Usage.Completion != want || event.Usage.Prompt != 6 {
				t.Errorf("event %d: usage %+v, expected %d", i, event.Usage, want)
			}
			if (len(event.Choices) == 0) != (i == 5) || i == 4 && event.Choices[0].Finish != "length" {
				t.Errorf("event %d: %s", i, line)
			}
		}
		if _, again := post(t, s, "/v1/chat/completions", ask); strings.ReplaceAll(again, "fake-1", "fake-0") != text {
			t.Error("the same request had another answer")
		}
		if _, whole := post(t, s, "/v1/completions", `{"prompt":"say one word","max_tokens":9}`); !strings.Contains(whole, `"completion_tokens":2`) || !json.Valid([]byte(whole)) {
			t.Errorf("not streamed: %s", whole)
		}
		if status, text := post(t, s, "/tokenize", `{"prompt":"a b c"}`); status != 200 || !strings.Contains(text, `"count":3`) {
			t.Errorf("tokenize: %d %s", status, text)
		}
		for path, want := range map[string]int{"/v1/nothing": 404, "/v1/completions": 400} {
			if status, _ := post(t, s, path, "{"); status != want {
				t.Errorf("%s: %d, expected %d", path, status, want)
			}
		}
	})
}

// TestCloseEndsEverything: connections, sleepers and those who wait for a slot.
func TestCloseEndsEverything(t *testing.T) {
	s, err := Start(Options{FirstToken: time.Hour, Slots: 1})
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	for range 3 {
		c, err := s.Dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		body := `{"stream":true}`
		fmt.Fprintf(c, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for s.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	s.Close()
	s.Close()
	for _, c := range conns {
		if _, err := io.Copy(io.Discard, c); err == nil {
			continue
		}
		c.Close()
	}
	if _, err := s.Dial(context.Background(), "", ""); err == nil {
		t.Error("a closed server took a connection")
	}
}

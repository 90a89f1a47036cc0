// A demonstration outside any board gets a small board of its own, so that the
// result's page can be seen at once.

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jouleboard/internal/site"
)

// demoFolder is made in the working folder.
const demoFolder = "jouleboard-demo"

const demoSite = `# A board for looking at what jouleboard measures. Its results are simulated.
title: A demonstration
license: CC0-1.0
`

// demoBoard makes the demonstration's board in the working folder, or finds the
// one of an earlier demonstration, and returns its root.
func demoBoard() (root string, err error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working folder: %w", err)
	}
	root = filepath.Join(wd, demoFolder)
	file := filepath.Join(root, "content", "site.yaml")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return root, err
	}
	if err := writeFile(file, []byte(demoSite)); err != nil {
		return "", hintError{err, "change into a folder that can be written to"}
	}
	return root, nil
}

// showDemo builds the demonstration's board and says which page to open.
func showDemo(ctx context.Context, e *env, root, id string) error {
	b := thisBuild()
	out := filepath.Join(root, "public")
	_, findings, ok, err := site.Build(ctx, root, site.Options{Out: out, Drafts: true, Tool: site.Tool{Version: b.Version, Commit: b.Commit}})
	if err != nil {
		return err
	}
	if !ok {
		e.printFindings(findings)
		return errFindings
	}
	fmt.Fprintf(e.Stdout, "open %s\n", filepath.Join(out, "r", id[:12], "index.html"))
	return nil
}

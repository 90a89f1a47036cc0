// Package browsertest is what browser tests share: a tab of a real Chromium that
// remembers what it complained about and asked for, waiting for conditions, an
// accessibility check, a server like the one that publishes boards. All of it
// stands behind the build tag browser, so that the program needs no browser.
package browsertest

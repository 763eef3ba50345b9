// Command porcupine-go runs Porcupine on recorded histories and times it, for bench/porcupine.ts.
//
// It reads one request a line from standard input and answers each with one line of JSON:
//
//	MODE MODEL TIMEOUT_MS PATH
//
// MODE is "check" (CheckEventsTimeout) or "verbose" (CheckEventsVerbose, which diagnoses every partition). MODEL is "register" or
// "kv". The models do what those of Porcupine's own tests do: an unknown outcome is a return at the end whose output the model
// accepts in any state, the store is partitioned by key and has a hash, the register has none. Only the check is timed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

type answer struct {
	Verdict    porcupine.CheckResult `json:"verdict"`
	Ns         int64                 `json:"ns"`
	Operations int                   `json:"operations"`
	// The most memory that this process ever had.
	PeakBytes int64  `json:"peakBytes"`
	Error     string `json:"error,omitempty"`
}

// history keeps the latest file, so that repetitions do not read it again.
type history struct {
	path   string
	events []porcupine.Event
}

var models = map[string]porcupine.Model{"register": registerModel, "kv": kvModel}

func (h *history) load(path string) error {
	if h.path == path {
		return nil
	}
	events, err := read(path)
	if err != nil {
		return err
	}
	h.path, h.events = path, events
	return nil
}

func (h *history) run(line string) (answer, error) {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 {
		return answer{}, fmt.Errorf("%q is no request; allowed: MODE MODEL TIMEOUT_MS PATH", line)
	}
	model, ok := models[fields[1]]
	if !ok {
		return answer{}, fmt.Errorf("model %q; allowed: register, kv", fields[1])
	}
	timeoutMs, err := strconv.Atoi(fields[2])
	if err != nil {
		return answer{}, err
	}
	if err := h.load(fields[3]); err != nil {
		return answer{}, err
	}
	timeout := time.Duration(timeoutMs) * time.Millisecond
	begin := time.Now()
	var verdict porcupine.CheckResult
	if fields[0] == "verbose" {
		verdict, _ = porcupine.CheckEventsVerbose(model, h.events, timeout)
	} else {
		verdict = porcupine.CheckEventsTimeout(model, h.events, timeout)
	}
	ns := time.Since(begin).Nanoseconds()
	return answer{Verdict: verdict, Ns: ns, Operations: len(h.events) / 2, PeakBytes: peakBytes()}, nil
}

// peakBytes is the high-water mark of resident memory; 0 where the system does not tell.
func peakBytes() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib * 1024
		}
	}
	return 0
}

func main() {
	requests := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	var h history
	for requests.Scan() {
		result, err := h.run(requests.Text())
		if err != nil {
			result.Error = err.Error()
		}
		if answers.Encode(result) != nil {
			os.Exit(1)
		}
	}
}

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/anishathalye/porcupine"
)

// builder numbers operations and closes what was never answered at the end.
type builder struct {
	events []porcupine.Event
	open   map[int]int // process -> id
	id     int
}

func (b *builder) call(process int, input interface{}) {
	b.events = append(b.events, porcupine.Event{ClientId: process, Kind: porcupine.CallEvent, Value: input, Id: b.id})
	b.open[process] = b.id
	b.id++
}

func (b *builder) ret(process int, output interface{}) {
	id := b.open[process]
	delete(b.open, process)
	b.events = append(b.events, porcupine.Event{ClientId: process, Kind: porcupine.ReturnEvent, Value: output, Id: id})
}

func (b *builder) finish(unknown interface{}) []porcupine.Event {
	for process := range b.open {
		b.ret(process, unknown)
	}
	return b.events
}

type lineReader func(b *builder, line string) error

func read(path string) ([]porcupine.Event, error) {
	readers := map[string]lineReader{".log": registerLogLine, ".txt": kvLine, ".jsonl": jsonLine}
	reader, ok := readers[filepath.Ext(path)]
	if !ok {
		return nil, fmt.Errorf("%s: allowed are .log (Jepsen's etcd), .txt (key-value) and .jsonl", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := &builder{open: make(map[int]int)}
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		if err := reader(b, lines.Text()); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	if filepath.Ext(path) == ".txt" {
		return b.finish(kvOutput{}), lines.Err()
	}
	return b.finish(registerOutput{unknown: true}), lines.Err()
}

var (
	registerLog = regexp.MustCompile(`jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail)\s+:(read|write|cas)\s+(\S.*)$`)
	number      = regexp.MustCompile(`\d+`)
	kvLog       = regexp.MustCompile(`{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (?:nil|"(.*)")}`)
)

func registerLogLine(b *builder, line string) error {
	found := registerLog.FindStringSubmatch(line)
	if found == nil {
		return nil
	}
	process, _ := strconv.Atoi(found[1])
	var values []int
	for _, text := range number.FindAllString(found[4], 2) {
		value, _ := strconv.Atoi(text)
		values = append(values, value)
	}
	return registerEvent(b, process, found[2], found[3], values)
}

// registerEvent takes no values for null, one for a read or a write, two for a cas.
func registerEvent(b *builder, process int, kind, f string, values []int) error {
	switch {
	case kind == "invoke" && f == "read":
		b.call(process, registerInput{op: opRead})
	case kind == "invoke" && f == "write" && len(values) == 1:
		b.call(process, registerInput{op: opWrite, arg1: values[0]})
	case kind == "invoke" && f == "cas" && len(values) == 2:
		b.call(process, registerInput{op: opCas, arg1: values[0], arg2: values[1]})
	case kind == "ok" && f == "read" && len(values) == 1:
		b.ret(process, registerOutput{exists: true, value: values[0]})
	case kind == "ok" && f == "read":
		b.ret(process, registerOutput{})
	case kind == "ok" && f == "write":
		b.ret(process, registerOutput{})
	case f == "cas" && (kind == "ok" || kind == "fail"):
		b.ret(process, registerOutput{ok: kind == "ok"})
	case kind == "fail" && f == "read":
		b.ret(process, registerOutput{unknown: true})
	case kind == "info":
		// Stays open to the end.
	default:
		return fmt.Errorf("%s of %s with %v", kind, f, values)
	}
	return nil
}

func kvLine(b *builder, line string) error {
	found := kvLog.FindStringSubmatch(line)
	if found == nil {
		return fmt.Errorf("%q is no operation of a store", line)
	}
	process, _ := strconv.Atoi(found[1])
	if found[2] == "ok" {
		b.ret(process, kvOutput{value: found[5]})
		return nil
	}
	op, ok := map[string]uint8{"get": opGet, "put": opPut, "append": opAppend}[found[3]]
	if !ok || found[2] != "invoke" {
		return fmt.Errorf("%s of %s", found[2], found[3])
	}
	b.call(process, kvInput{op: op, key: found[4], value: found[5]})
	return nil
}

type jsonEvent struct {
	Process int             `json:"process"`
	Type    string          `json:"type"`
	F       string          `json:"f"`
	Value   json.RawMessage `json:"value"`
}

func jsonLine(b *builder, line string) error {
	var event jsonEvent
	if err := json.Unmarshal([]byte(line), &event); err != nil {
		return err
	}
	if event.Type == "fail" && event.F == "read" {
		return registerEvent(b, event.Process, "fail", "read", nil)
	}
	var values []int
	for _, text := range number.FindAllString(string(event.Value), 2) {
		value, _ := strconv.Atoi(text)
		values = append(values, value)
	}
	return registerEvent(b, event.Process, event.Type, event.F, values)
}

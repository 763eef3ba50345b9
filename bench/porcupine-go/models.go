package main

import (
	"hash/fnv"

	"github.com/anishathalye/porcupine"
)

const (
	opRead uint8 = iota
	opWrite
	opCas
)

type registerInput struct {
	op   uint8
	arg1 int // what a write writes, what a cas expects
	arg2 int // what a cas leaves
}

type registerOutput struct {
	ok      bool // of a cas
	exists  bool // of a read
	value   int  // of a read
	unknown bool
}

// null stands for the value of a register that was never written.
const null = -1000000

var registerModel = porcupine.Model{
	Init: func() interface{} { return null },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held := state.(int)
		in := input.(registerInput)
		out := output.(registerOutput)
		switch in.op {
		case opRead:
			same := (!out.exists && held == null) || (out.exists && held == out.value)
			return same || out.unknown, state
		case opWrite:
			return true, in.arg1
		default:
			possible := out.unknown || out.ok == (in.arg1 == held)
			if in.arg1 == held {
				return possible, in.arg2
			}
			return possible, held
		}
	},
}

const (
	opGet uint8 = iota
	opPut
	opAppend
)

type kvInput struct {
	op    uint8
	key   string
	value string
}

type kvOutput struct {
	value string
}

// byKey splits a history of a store; returns have no key of their own.
func byKey(history []porcupine.Event) [][]porcupine.Event {
	parts := make(map[string][]porcupine.Event)
	keys := make(map[int]string)
	for _, event := range history {
		key := keys[event.Id]
		if event.Kind == porcupine.CallEvent {
			key = event.Value.(kvInput).key
			keys[event.Id] = key
		}
		parts[key] = append(parts[key], event)
	}
	var result [][]porcupine.Event
	for _, part := range parts {
		result = append(result, part)
	}
	return result
}

var kvModel = porcupine.Model{
	PartitionEvent: byKey,
	Init:           func() interface{} { return "" },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held := state.(string)
		in := input.(kvInput)
		switch in.op {
		case opGet:
			return output.(kvOutput).value == held, state
		case opPut:
			return true, in.value
		default:
			return true, held + in.value
		}
	},
	Hash: func(state interface{}) uint64 {
		hash := fnv.New64a()
		hash.Write([]byte(state.(string)))
		return hash.Sum64()
	},
}

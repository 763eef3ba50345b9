/** The key-value store that clients share: keys to JSON values, a missing key reads as null. */

import { broken } from '../invariant.ts';
import type { ClientResponse, Command, Query, TxnStep, Value } from './command.ts';
import { equalJson } from './json.ts';
import { acquire, dequeue, insert, release, remove } from './objects.ts';
import type { StateMachine } from './state-machine.ts';
import { BadCommand, listAt, type View } from './view.ts';

/**
 * An empty store. A command that cannot be applied (append to a number, an unknown `f`) is answered with `bad-command` and
 * changes nothing. Values are never changed in place, so results may be kept.
 */
export function createKv(): StateMachine<Command, Query, ClientResponse> {
  let values = new Map<string, Value>();
  const direct: View = {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => values.set(key, value ?? null),
  };
  return {
    apply: (command) =>
      answer(() => {
        // Every other command writes at most once, and cannot fail after that.
        if (command.f !== 'txn') return execute(direct, command);
        const changes = new Map<string, Value>();
        const result = execute(overlay(values, changes), command);
        for (const [key, value] of changes) values.set(key, value);
        return result;
      }),
    query: (query) => answer(() => ask(values, query)),
    snapshot: () => [...values],
    restore: (snapshot) => {
      values = decodeSnapshot(snapshot);
    },
  };
}

/** A condition of a transaction does not hold. */
class NotMet extends Error {}

function answer(work: () => unknown): ClientResponse {
  try {
    return { kind: 'ok', result: work() };
  } catch (error) {
    if (error instanceof NotMet) return { kind: 'ok', result: null };
    if (!(error instanceof BadCommand)) throw error;
    return { kind: 'error', code: 'bad-command', detail: error.message };
  }
}

const overlay = (base: ReadonlyMap<string, Value>, changes: Map<string, Value>): View => ({
  get: (key) => (changes.has(key) ? changes.get(key) : (base.get(key) ?? null)),
  set: (key, value) => changes.set(key, value ?? null),
});

/** Returns the result; throws BadCommand. */
function execute(view: View, command: Command): unknown {
  switch (command.f) {
    case 'write':
      view.set(keyOf(command.key), command.value);
      return null;
    case 'cas':
      if (!equalJson(view.get(keyOf(command.key)), command.from ?? null)) return false;
      view.set(command.key, command.to);
      return true;
    case 'decide':
      return decide(view, keyOf(command.key), command.value);
    case 'append':
      return append(view, keyOf(command.key), command.value);
    case 'insert':
      return insert(view, keyOf(command.key), command.value);
    case 'remove':
      return remove(view, keyOf(command.key), command.value);
    case 'dequeue':
      return dequeue(view, keyOf(command.key), command.count);
    case 'acquire':
      return acquire(view, keyOf(command.key));
    case 'release':
      return release(view, keyOf(command.key), command.token);
    case 'add':
      return add(view, keyOf(command.key), command.delta);
    case 'txn':
      if (!Array.isArray(command.steps)) throw new BadCommand('steps of txn must be a list');
      return command.steps.map((step) => executeStep(view, step));
    default:
      throw new BadCommand(`unknown command ${JSON.stringify(command)}`);
  }
}

function decide(view: View, key: string, value: Value): Value {
  if (view.get(key) === null) view.set(key, value);
  return view.get(key);
}

function executeStep(view: View, step: TxnStep): TxnStep {
  if (!Array.isArray(step))
    throw new BadCommand(`a step of txn is a list: ${JSON.stringify(step)}`);
  const key = keyOf(step[1]);
  switch (step[0]) {
    case 'r':
      return ['r', key, view.get(key)];
    case 'w':
      view.set(key, step[2]);
      return step;
    case 'append':
      append(view, key, step[2]);
      return step;
    case 'add':
      return ['add', key, add(view, key, decodeNumber(step[2]))];
    case 'at-least':
      if (numberAt(view, key) < decodeNumber(step[2])) throw new NotMet();
      return step;
    default:
      throw new BadCommand(`unknown step of txn: ${JSON.stringify(step)}`);
  }
}

function append(view: View, key: string, value: Value): number {
  const list = listAt(view, key, 'append');
  view.set(key, [...list, value ?? null]);
  return list.length + 1;
}

function numberAt(view: View, key: string): number {
  const number = view.get(key) ?? 0;
  if (typeof number === 'number') return number;
  throw new BadCommand(`there has to be a number at ${key}, found ${typeof number}`);
}

function decodeNumber(value: Value): number {
  if (typeof value === 'number') return value;
  throw new BadCommand(`a step of txn needs a number, not ${JSON.stringify(value)}`);
}

function add(view: View, key: string, delta: number): number {
  const number = numberAt(view, key);
  const sum = number + delta;
  if (typeof delta !== 'number' || !Number.isFinite(sum)) {
    throw new BadCommand(`cannot add ${JSON.stringify(delta)} to ${number}`);
  }
  view.set(key, sum);
  return sum;
}

/** `read`: the value. `read-many`: the values in the order of the keys. */
function ask(values: ReadonlyMap<string, Value>, query: Query): unknown {
  switch (query.f) {
    case 'read':
      return values.get(keyOf(query.key)) ?? null;
    case 'read-many':
      if (!Array.isArray(query.keys)) throw new BadCommand('keys of read-many must be a list');
      return query.keys.map((key) => values.get(keyOf(key)) ?? null);
    default:
      throw new BadCommand(`unknown query ${JSON.stringify(query)}`);
  }
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string') throw new BadCommand(`a key is a string, not ${typeof key}`);
  return key;
}

function decodeSnapshot(snapshot: unknown): Map<string, Value> {
  if (!Array.isArray(snapshot)) broken('a snapshot of the store is a list of [key, value]');
  return new Map(snapshot as readonly (readonly [string, Value])[]);
}

/** The models that the command line has, and how they read a line of a history. */

import type { Model } from '../model.ts';
import { counter } from '../models/counter.ts';
import { keyed } from '../models/keyed.ts';
import { kv } from '../models/kv.ts';
import { type MultiRegisterStep, multiRegister } from '../models/multi-register.ts';
import { mutex } from '../models/mutex.ts';
import { queue } from '../models/queue.ts';
import { casRegister, register } from '../models/register.ts';
import { set } from '../models/set.ts';
import { stack } from '../models/stack.ts';
import { BadInput } from './bad-input.ts';
import type { Call } from './lines.ts';

/** In the terms of the model; undefined for what changed nothing and says nothing. */
type Translated = { readonly input: unknown; readonly output: unknown } | undefined;

export interface Subject {
  /** For one object; operations with a key are about the object of that key. */
  readonly model: Model<unknown, unknown, unknown>;
  /** Throws BadInput for an operation that the model does not have. */
  readonly translate: (call: Call) => Translated;
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const noSuch = ({ line, f, value }: Call, allowed: string): BadInput =>
  new BadInput(
    `line ${line}: ${f} ${show(value)} is nothing that this model has. Allowed: ${allowed}`,
  );

const swapped = ({ end }: Call) =>
  end.kind === 'ok' ? { kind: 'swapped', swapped: true } : undefined;

const pair = ({ value }: Call): readonly [unknown, unknown] | undefined =>
  Array.isArray(value) && value.length === 2 ? [value[0], value[1]] : undefined;

/** What a read found. Null says nothing where the object cannot be null at first, as in Jepsen's histories. */
function found({ end }: Call, nullIsAValue: boolean): { readonly value: unknown } | undefined {
  if (end.kind !== 'ok' || end.value === undefined) return undefined;
  return end.value === null && !nullIsAValue ? undefined : { value: end.value };
}

function aRegister(init: unknown, hasCas: boolean): Subject {
  const first = init === undefined ? null : init;
  return {
    model: hasCas ? casRegister<unknown>(first) : register<unknown>(first),
    translate(call) {
      if (call.f === 'read') {
        const seen = found(call, first === null);
        return seen && { input: { kind: 'read' }, output: { kind: 'value', ...seen } };
      }
      if (call.f === 'write') {
        return { input: { kind: 'write', value: call.value ?? null }, output: undefined };
      }
      const cas = pair(call);
      if (call.f === 'cas' && hasCas && cas !== undefined) {
        return { input: { kind: 'cas', from: cas[0], to: cas[1] }, output: swapped(call) };
      }
      throw noSuch(call, `read, write${hasCas ? ', cas with [from, to]' : ''}`);
    },
  };
}

function aStore(init: unknown): Subject {
  const first = init ?? '';
  if (typeof first !== 'string') throw new BadInput(`--init ${show(init)}: allowed for kv: a text`);
  const allowed = 'get, put, append with a text and cas with two texts, each with a key';
  return {
    model: kv(first),
    translate(call) {
      const { f, key, value } = call;
      if (key === undefined) throw noSuch(call, allowed);
      if (f === 'get' || f === 'read') {
        const seen = found(call, true);
        if (seen === undefined) return undefined;
        // Nothing is there: the same as what every key holds at first.
        const text = seen.value ?? first;
        if (typeof text !== 'string') throw noSuch(call, `${allowed}; what was got is a text`);
        return { input: { kind: 'get', key }, output: { kind: 'value', value: text } };
      }
      if ((f === 'put' || f === 'write' || f === 'append') && typeof value === 'string') {
        const kind = f === 'append' ? f : 'put';
        return { input: { kind, key, value }, output: undefined };
      }
      const [from, to] = pair(call) ?? [];
      if (f === 'cas' && typeof from === 'string' && typeof to === 'string') {
        return { input: { kind: 'cas', key, from, to }, output: swapped(call) };
      }
      throw noSuch(call, allowed);
    },
  };
}

function steps(call: Call, list: unknown, nullIsAValue: boolean): MultiRegisterStep<unknown>[] {
  const refused = noSuch(call, 'txn with a list of ["r", name, value] and ["w", name, value]');
  if (call.f !== 'txn' || !Array.isArray(list)) throw refused;
  return list.map((step: unknown) => {
    if (!Array.isArray(step) || step.length !== 3) throw refused;
    const [f, name, value]: readonly unknown[] = step;
    if (typeof name !== 'string' && typeof name !== 'number') throw refused;
    if (f === 'w' || f === 'write') return { kind: 'write', name: String(name), value };
    if (f !== 'r' && f !== 'read') throw refused;
    const isKnown = value !== null || nullIsAValue;
    return { kind: 'read', name: String(name), value: isKnown ? value : undefined };
  });
}

function registers(init: unknown): Subject {
  if (init !== undefined && (typeof init !== 'object' || Array.isArray(init))) {
    throw new BadInput(`--init ${show(init)}: allowed for multi-register: {"name": value, ...}`);
  }
  const nullIsAValue = init === undefined || init === null;
  return {
    model: multiRegister<unknown>(Object.fromEntries(Object.entries(init ?? {})), null),
    translate(call) {
      const asked = steps(call, call.value, nullIsAValue);
      const input = asked.map((step) =>
        step.kind === 'read' ? { ...step, value: undefined } : step,
      );
      const isAnswered = call.end.kind === 'ok' && call.end.value !== undefined;
      const output =
        call.end.kind === 'ok' && isAnswered
          ? steps(call, call.end.value, nullIsAValue)
          : undefined;
      const saysNothing = (output ?? input).every(
        (step) => step.kind === 'read' && step.value === undefined,
      );
      return saysNothing ? undefined : { input, output };
    },
  };
}

function aLock(init: unknown): Subject {
  if (init !== undefined && typeof init !== 'boolean') {
    throw new BadInput(`--init ${show(init)}: allowed for mutex: true (held at first) or false`);
  }
  return {
    model: mutex(init ?? false),
    translate(call) {
      if (call.f !== 'acquire' && call.f !== 'release') throw noSuch(call, 'acquire, release');
      return { input: { kind: call.f }, output: undefined };
    },
  };
}

function listOf(init: unknown, name: string): readonly unknown[] {
  if (init === undefined || init === null) return [];
  if (Array.isArray(init)) return init;
  throw new BadInput(`--init ${show(init)}: allowed for ${name}: a list, such as [1, 2]`);
}

/** What an operation answered; undefined when nobody knows. */
const answerOf = ({ end }: Call): { readonly value: unknown } | undefined =>
  end.kind === 'ok' ? { value: end.value } : undefined;

function translateSet(call: Call): Translated {
  const { f, value } = call;
  const answer = answerOf(call)?.value;
  if ((f === 'add' || f === 'remove') && value !== undefined) {
    // Most clients repeat the element; some say whether it made a difference.
    const isTold = typeof answer === 'boolean' && typeof value !== 'boolean';
    const output = isTold ? { kind: 'changed', changed: answer } : undefined;
    return { input: { kind: f, value }, output };
  }
  if (f === 'contains' && value !== undefined) {
    const told: unknown = Array.isArray(answer) ? answer[1] : answer;
    if (typeof told !== 'boolean') return undefined;
    return { input: { kind: f, value }, output: { kind: 'contains', contains: told } };
  }
  const isSilent = answer === undefined || answer === null;
  if (f === 'read' && isSilent) return undefined;
  if (f === 'read' && Array.isArray(answer)) {
    return { input: { kind: f }, output: { kind: 'elements', elements: answer } };
  }
  throw noSuch(call, 'add, remove and contains (true, false) of an element, read (a list)');
}

function translateCounter(call: Call): Translated {
  const { f, value } = call;
  if (f === 'add' && typeof value === 'number') {
    return { input: { kind: f, delta: value }, output: undefined };
  }
  const answer = answerOf(call)?.value;
  if (f === 'read' && (answer === undefined || answer === null)) return undefined;
  if (f === 'read' && typeof answer === 'number') return { input: { kind: f }, output: answer };
  throw noSuch(call, 'add of a number, read (a number)');
}

/** Null, or nothing, is what taking from an empty one answers; hence it cannot be put. */
const translateBuffer =
  (put: 'enqueue' | 'push', take: 'dequeue' | 'pop') =>
  (call: Call): Translated => {
    const { f, value } = call;
    if (f === put && value !== undefined && value !== null) {
      return { input: { kind: put, value }, output: undefined };
    }
    if (f !== take) throw noSuch(call, `${put} of a value, ${take} (a value, or null for empty)`);
    const answer = answerOf(call);
    if (answer === undefined) return { input: { kind: take }, output: undefined };
    const isEmpty = answer.value === undefined || answer.value === null;
    const output = isEmpty ? { kind: 'empty' } : { kind: 'value', value: answer.value };
    return { input: { kind: take }, output };
  };

function aCounter(init: unknown): Subject {
  const first = init ?? 0;
  if (typeof first === 'number') return { model: counter(first), translate: translateCounter };
  throw new BadInput(`--init ${show(init)}: allowed for counter: a number`);
}

const subjects: Readonly<Record<string, (init: unknown) => Subject>> = {
  register: (init) => aRegister(init, false),
  'cas-register': (init) => aRegister(init, true),
  kv: aStore,
  'multi-register': registers,
  mutex: aLock,
  set: (init) => ({ model: set(listOf(init, 'set')), translate: translateSet }),
  counter: aCounter,
  queue: (init) => ({
    model: queue(listOf(init, 'queue')),
    translate: translateBuffer('enqueue', 'dequeue'),
  }),
  stack: (init) => ({
    model: stack(listOf(init, 'stack')),
    translate: translateBuffer('push', 'pop'),
  }),
};

export const modelNames: readonly string[] = Object.keys(subjects);

/** Throws BadInput for an unknown name and for an initial value that the model cannot have. */
export function subject(name: string | undefined, init: unknown): Subject {
  const make = name !== undefined && Object.hasOwn(subjects, name) ? subjects[name] : undefined;
  if (make !== undefined) return make(init);
  throw new BadInput(`--model ${name ?? 'is missing'}. Allowed: ${modelNames.join(', ')}`);
}

/** A model over all keys of a history, for inputs `{key, input}`, that describes operations without their key. */
export const overKeys = (
  model: Model<unknown, unknown, unknown>,
): Model<unknown, { readonly key: string | number; readonly input: unknown }, unknown> => {
  const describe = model.describe?.bind(model);
  return {
    ...keyed(model),
    ...(describe && { describe: ({ input }, output) => describe(input, output) }),
  };
};

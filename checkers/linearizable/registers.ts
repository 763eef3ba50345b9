/** Registers in a history: `read`, `write`, `cas [from to]`, and `txn [[f name value] ...]` for several at once. */

import {
  casRegister,
  type MultiRegisterStep,
  type MultiRegisterTransaction,
  multiRegister,
  register,
} from 'porcupine-ts';
import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import { keyName } from '../identity.ts';
import { isOk, learnt, type Subject, type SubjectKind, type Translated } from './subject.ts';

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

const noSuchOperation = ({ invoke }: Pair, allowed: string): BadInput =>
  new BadInput(
    `operation ${invoke.index}: ${invoke.f} ${show(invoke.value)} is nothing that this model has. Allowed: ${allowed}. Choose the model that fits the history.`,
  );

/**
 * Jepsen's convention: nil says that nothing was learnt. Where an object starts as nil it is an answer like any other,
 * otherwise it says nothing.
 */
const answer = (value: unknown, nullIsAValue: boolean): unknown =>
  value === null && !nullIsAValue ? undefined : value;

function translateRegister(pair: Pair, nullIsAValue: boolean, hasCas: boolean): Translated {
  const { f, value } = pair.invoke;
  if (f === 'read') {
    const seen = answer(learnt(pair), nullIsAValue);
    const output = seen === undefined ? undefined : { kind: 'value', value: seen };
    return { input: { kind: 'read' }, output, idle: output === undefined };
  }
  if (f === 'write') {
    const written = value === undefined ? null : value;
    return { input: { kind: 'write', value: written }, output: undefined, idle: false };
  }
  if (f === 'cas' && hasCas && Array.isArray(value) && value.length === 2) {
    const [from, to]: readonly unknown[] = value;
    const output = isOk(pair) ? { kind: 'swapped', swapped: true } : undefined;
    return { input: { kind: 'cas', from, to }, output, idle: false };
  }
  throw noSuchOperation(pair, `read, write${hasCas ? ', cas with [from, to]' : ''}`);
}

const registerKind = (name: string, summary: string, hasCas: boolean): SubjectKind => ({
  name,
  summary,
  initials: (init) => [init ?? null],
  create(init): Subject {
    const first = init === undefined ? null : init;
    return {
      model: hasCas ? casRegister(first) : register(first),
      keyOf: (op) => op.key,
      translate: (pair) => translateRegister(pair, first === null, hasCas),
    };
  },
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `['r' | 'read' | 'w' | 'write', name, value]`. */
function transactionStep(
  pair: Pair,
  step: unknown,
  nullIsAValue: boolean,
): MultiRegisterStep<unknown> {
  if (Array.isArray(step) && step.length === 3) {
    const [f, name, value]: readonly unknown[] = step;
    const named = typeof name === 'string' || typeof name === 'number';
    if (named && (f === 'r' || f === 'read')) {
      return { kind: 'read', name: keyName(name), value: answer(value, nullIsAValue) };
    }
    if (named && (f === 'w' || f === 'write')) return { kind: 'write', name: keyName(name), value };
  }
  throw noSuchOperation(pair, 'txn of [read, name, value] and [write, name, value]');
}

function translateTransaction(pair: Pair, nullIsAValue: boolean): Translated {
  const asked = pair.invoke.value;
  if (!Array.isArray(asked)) throw noSuchOperation(pair, 'txn with a list of steps');
  const steps = (list: readonly unknown[], isAnswer: boolean): MultiRegisterTransaction<unknown> =>
    list
      .map((step) => transactionStep(pair, step, nullIsAValue))
      .map((step) => (step.kind === 'read' && !isAnswer ? { ...step, value: undefined } : step));
  const input = steps(asked, false);
  const told = learnt(pair);
  const output = Array.isArray(told) ? steps(told, true) : undefined;
  const idle = (output ?? input).every((step) => step.kind === 'read' && step.value === undefined);
  return { input, output, idle };
}

/** JSON has no numbers as names, so `"0"` is said of the key 0 as well as of the key "0". */
const byKeyName = (init: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(init).flatMap(([name, value]) => [
      [name, value],
      [keyName(name), value],
    ]),
  );

const multiRegisterKind: SubjectKind = {
  name: 'multi-register',
  summary: 'several registers, read and written together by transactions',
  create(init): Subject {
    if (init !== undefined && init !== null && !isRecord(init)) {
      throw new BadInput(
        `initial value ${show(init)} of a multi-register. Allowed: an object from names to values, such as {"x": 0, "y": 0}.`,
      );
    }
    return {
      model: multiRegister<unknown>(byKeyName(init ?? {}), null),
      keyOf: (op) => op.key,
      translate: (pair) => translateTransaction(pair, init === undefined || init === null),
    };
  },
};

export const registerKinds: readonly SubjectKind[] = [
  registerKind('register', 'one value per key: read, write', false),
  registerKind('cas-register', 'one value per key: read, write, cas', true),
  multiRegisterKind,
];

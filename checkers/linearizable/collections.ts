/** Sets, counters, queues, stacks and locks in a history. */

import { counter, type Model, mutex, queue, set, stack } from 'porcupine-ts';
import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import { isOk, learnt, type Subject, type SubjectKind, type Translated } from './subject.ts';

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const noSuchOperation = ({ invoke }: Pair, allowed: string): BadInput =>
  new BadInput(
    `operation ${invoke.index}: ${invoke.f} ${show(invoke.value)} is nothing that this model has. Allowed: ${allowed}. Choose the model that fits the history.`,
  );

const refusedInit = (init: unknown, what: string, allowed: string): BadInput =>
  new BadInput(`initial value ${show(init)} of a ${what}. Allowed: ${allowed}.`);

/** One object per key, or one object. */
const about = (
  model: Model<unknown, unknown, unknown>,
  translate: (pair: Pair) => Translated,
): Subject => ({ model, keyOf: (op) => op.key, translate });

const done = (input: unknown, output?: unknown): Translated => ({ input, output, idle: false });

/** An observation; without an answer it says nothing. */
const seen = (input: unknown, output: unknown): Translated => ({
  input,
  output,
  idle: output === undefined,
});

function list(init: unknown, what: string): readonly unknown[] {
  if (init === undefined || init === null) return [];
  if (Array.isArray(init)) return init;
  throw refusedInit(init, what, 'a list of what it holds at first, such as [1, 2]');
}

function translateSet(pair: Pair): Translated {
  const { f, value } = pair.invoke;
  const answer = learnt(pair);
  switch (f) {
    case 'add':
    case 'remove': {
      if (value === undefined) break;
      // Most clients repeat the element; some say whether it made a difference.
      const isTold = typeof answer === 'boolean' && typeof value !== 'boolean';
      const output = isTold ? { kind: 'changed', changed: answer } : undefined;
      return done({ kind: f, value }, output);
    }
    case 'contains': {
      if (value === undefined) break;
      const told: unknown = Array.isArray(answer) ? answer[1] : answer;
      const isTold = typeof told === 'boolean';
      return seen(
        { kind: 'contains', value },
        isTold ? { kind: 'contains', contains: told } : undefined,
      );
    }
    case 'read': {
      const elements = Array.isArray(answer) ? { kind: 'elements', elements: answer } : undefined;
      if (elements !== undefined || answer === undefined || answer === null) {
        return seen({ kind: 'read' }, elements);
      }
    }
  }
  throw noSuchOperation(
    pair,
    'add and remove of an element, contains of an element (true or false), read (a list of elements)',
  );
}

function translateCounter(pair: Pair): Translated {
  const { f, value } = pair.invoke;
  if (f === 'add' && typeof value === 'number') return done({ kind: 'add', delta: value });
  const answer = learnt(pair);
  if (f === 'read' && (answer === undefined || answer === null)) {
    return seen({ kind: 'read' }, undefined);
  }
  if (f === 'read' && typeof answer === 'number') return seen({ kind: 'read' }, answer);
  throw noSuchOperation(pair, 'add of a number, also a negative one, and read (a number)');
}

/** Null, or nothing, is what taking from an empty one answers; hence it cannot be put. */
const translateBuffer =
  (put: 'enqueue' | 'push', take: 'dequeue' | 'pop') =>
  (pair: Pair): Translated => {
    const { f, value } = pair.invoke;
    if (f === put && value !== undefined && value !== null) return done({ kind: put, value });
    if (f !== take) {
      throw noSuchOperation(pair, `${put} of a value and ${take} (a value, or null for empty)`);
    }
    if (!isOk(pair)) return done({ kind: take });
    const answer = learnt(pair);
    const isEmpty = answer === undefined || answer === null;
    return done({ kind: take }, isEmpty ? { kind: 'empty' } : { kind: 'value', value: answer });
  };

function translateMutex(pair: Pair): Translated {
  const { f } = pair.invoke;
  if (f === 'acquire' || f === 'release') return done({ kind: f });
  throw noSuchOperation(pair, 'acquire, release');
}

export const collectionKinds: readonly SubjectKind[] = [
  {
    name: 'set',
    summary: 'elements: add, remove, contains, read (all of them)',
    create: (init) => about(set<unknown>(list(init, 'set')), translateSet),
  },
  {
    name: 'counter',
    summary: 'a number: add, also of negative numbers, read',
    create(init) {
      if (init !== undefined && init !== null && typeof init !== 'number') {
        throw refusedInit(init, 'counter', 'a number');
      }
      return about(counter(init ?? 0), translateCounter);
    },
  },
  {
    name: 'queue',
    summary: 'first in, first out: enqueue, dequeue (null when empty)',
    create: (init) =>
      about(queue<unknown>(list(init, 'queue')), translateBuffer('enqueue', 'dequeue')),
  },
  {
    name: 'stack',
    summary: 'last in, first out: push, pop (null when empty)',
    create: (init) => about(stack<unknown>(list(init, 'stack')), translateBuffer('push', 'pop')),
  },
  {
    name: 'mutex',
    summary: 'a lock that one holds at a time: acquire, release',
    create(init) {
      if (init !== undefined && init !== null && typeof init !== 'boolean') {
        throw refusedInit(init, 'mutex', 'true (held at first) or false');
      }
      return about(mutex(init ?? false), translateMutex);
    },
  },
];

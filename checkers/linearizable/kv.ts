/** A store of texts in a history: `get`, `put`, `append`, `cas [from to]`, each with a key. */

import { kv } from 'porcupine-ts';
import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import { isOk, learnt, type Subject, type SubjectKind, type Translated } from './subject.ts';

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

function translate(pair: Pair, first: string): Translated {
  const { f, key, value, index } = pair.invoke;
  const refused = (problem: string) =>
    new BadInput(
      `operation ${index}: ${f} ${show(value)}: ${problem}. Allowed: get, put, append with a text and cas with [from, to], each with a key.`,
    );
  if (key === undefined) throw refused('it has no key');
  const text = (one: unknown): string => {
    if (typeof one !== 'string') throw refused(`${show(one)} is not a text`);
    return one;
  };
  switch (f) {
    case 'get':
    case 'read': {
      const seen = learnt(pair);
      if (seen === undefined) return { input: { kind: 'get', key }, output: undefined, idle: true };
      // Nothing is there: the same as what every key holds at first.
      const found = seen === null ? first : text(seen);
      return { input: { kind: 'get', key }, output: { kind: 'value', value: found }, idle: false };
    }
    case 'put':
    case 'write':
      return { input: { kind: 'put', key, value: text(value) }, output: undefined, idle: false };
    case 'append':
      return { input: { kind: 'append', key, value: text(value) }, output: undefined, idle: false };
    case 'cas': {
      if (!Array.isArray(value) || value.length !== 2) throw refused('its value is no pair');
      const [from, to]: readonly unknown[] = value;
      const output = isOk(pair) ? { kind: 'swapped', swapped: true } : undefined;
      return { input: { kind: 'cas', key, from: text(from), to: text(to) }, output, idle: false };
    }
    default:
      throw refused('nothing that this model has');
  }
}

export const kvKind: SubjectKind = {
  name: 'kv',
  summary: 'a text per key: get, put, append, cas',
  initials: (init) => [init ?? '', null],
  create(init): Subject {
    const first = init ?? '';
    if (typeof first !== 'string') {
      throw new BadInput(
        `initial value ${show(init)} of a key-value store. Allowed: the text that every key holds at first.`,
      );
    }
    return {
      model: kv(first),
      keyOf: (op) => op.key,
      translate: (pair) => translate(pair, first),
    };
  },
};

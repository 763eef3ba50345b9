/** Violations of every name, as lines to be put into a valid history. Keys and processes are their own. */

import type { History, Operation, OperationType } from '#src/history/operation';
import type { Random } from '#src/random/random';
import { renumbered } from './valid.ts';

/** `process type f key value`; a key of '' is none. */
type Line = readonly [
  process: string,
  type: OperationType,
  f: string,
  key: string,
  value?: unknown,
];

export interface Plant {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** An operation that nobody overlaps with. */
const alone = (
  process: string,
  f: string,
  key: string,
  asked: unknown,
  told: unknown,
  type: OperationType = 'ok',
): Line[] => [
  [process, 'invoke', f, key, asked],
  [process, type, f, key, told],
];

const wr = (p: string, key: string, value: unknown): Line[] => alone(p, 'write', key, value, value);
const rd = (p: string, key: string, value: unknown): Line[] => alone(p, 'read', key, null, value);
const inc = (p: string, key: string, value: number): Line[] => alone(p, 'inc', key, null, value);
const sees = (p: string, value: object): Line[] => alone(p, 'read', '', null, value);
const send = (p: string, value: string, offset: number): Line[] =>
  alone(p, 'send', 'z', value, [offset, value]);
const poll = (p: string, from: number | null, ...told: readonly (readonly [number, string])[]) =>
  alone(p, 'poll', 'z', from, told);
const forkRead = (p: string, x: unknown, y: unknown): Line[] =>
  alone(
    p,
    'read',
    '',
    [
      ['r', 'x', null],
      ['r', 'y', null],
    ],
    [
      ['r', 'x', x],
      ['r', 'y', y],
    ],
  );
const forkWrite = (p: string, key: string, type: OperationType = 'ok'): Line[] =>
  alone(p, 'write', '', [['w', key, 1]], [['w', key, 1]], type);

export const plants: Readonly<Record<string, readonly Plant[]>> = {
  'long-fork': [
    {
      name: 'long-fork',
      lines: [
        ...forkWrite('a', 'x'),
        ...forkWrite('b', 'y'),
        ...forkRead('c', 1, null),
        ...forkRead('d', null, 1),
      ],
    },
    { name: 'aborted-read', lines: [...forkWrite('a', 'x', 'fail'), ...forkRead('c', 1, null)] },
    { name: 'garbage-read', lines: [...forkWrite('a', 'x'), ...forkRead('c', 7, null)] },
  ],
  monotonic: [
    {
      name: 'nonmonotonic-read',
      lines: [...inc('a', 'x', 1), ...sees('b', { x: 1 }), ...sees('b', { x: null })],
    },
    { name: 'stale-read', lines: [...inc('a', 'x', 1), ...sees('b', { x: null })] },
    { name: 'lost-update', lines: [...inc('a', 'x', 1), ...inc('b', 'x', 1)] },
    {
      name: 'opposite-orders',
      lines: [
        ['a', 'invoke', 'inc', 'x', null],
        ['b', 'invoke', 'inc', 'y', null],
        ...sees('c', { x: 1, y: null }),
        ...sees('d', { x: null, y: 1 }),
        ['a', 'ok', 'inc', 'x', 1],
        ['b', 'ok', 'inc', 'y', 1],
      ],
    },
  ],
  causal: [
    { name: 'thin-air-read', lines: [...wr('a', 'x', 1), ...rd('b', 'x', 2)] },
    {
      name: 'write-co-init-read',
      lines: [...wr('a', 'x', 1), ...rd('b', 'x', 1), ...rd('b', 'x', null)],
    },
    {
      name: 'write-co-read',
      lines: [...wr('a', 'x', 1), ...wr('a', 'x', 2), ...rd('b', 'x', 2), ...rd('b', 'x', 1)],
    },
    {
      name: 'cyclic-co',
      lines: [...rd('a', 'x', 1), ...wr('a', 'y', 1), ...rd('b', 'y', 1), ...wr('b', 'x', 1)],
    },
    {
      name: 'cyclic-cf',
      lines: [...wr('a', 'x', 1), ...rd('a', 'x', 2), ...wr('b', 'x', 2), ...rd('b', 'x', 1)],
    },
  ],
  log: [
    { name: 'inconsistent-offsets', lines: [...send('a', 'm', 0), ...send('b', 'n', 0)] },
    { name: 'duplicate', lines: [...send('a', 'm', 0), ...poll('b', 0, [0, 'm'], [1, 'm'])] },
    { name: 'garbage-read', lines: poll('b', 0, [0, 'm']) },
    {
      name: 'aborted-read',
      lines: [...alone('a', 'send', 'z', 'm', 'm', 'fail'), ...poll('b', 0, [0, 'm'])],
    },
    {
      name: 'lost-write',
      lines: [...send('a', 'm', 0), ...send('a', 'n', 1), ...poll('b', 0, [1, 'n'])],
    },
    { name: 'lost-write', lines: [...send('a', 'm', 0), ...poll('b', 0)] },
    {
      name: 'stale-poll',
      lines: [...send('a', 'm', 0), ...poll('b', 0), ...poll('c', 0, [0, 'm'])],
    },
    {
      name: 'poll-skip',
      lines: [
        ...send('a', 'm', 0),
        ...send('a', 'n', 1),
        ...poll('b', 0, [1, 'n']),
        ...poll('c', 0, [0, 'm'], [1, 'n']),
      ],
    },
    {
      name: 'int-poll-skip',
      lines: [
        ...send('a', 'm', 0),
        ...send('a', 'n', 1),
        ...send('a', 'o', 2),
        ...poll('b', 0, [0, 'm'], [2, 'o']),
        ...poll('c', 0, [0, 'm'], [1, 'n'], [2, 'o']),
      ],
    },
    {
      name: 'nonmonotonic-poll',
      lines: [
        ...send('a', 'm', 0),
        ...send('a', 'n', 1),
        ...poll('b', null, [0, 'm'], [1, 'n']),
        ...poll('b', null, [0, 'm']),
      ],
    },
    {
      name: 'int-nonmonotonic-poll',
      lines: [...send('a', 'm', 0), ...send('a', 'n', 1), ...poll('b', null, [1, 'n'], [0, 'm'])],
    },
    { name: 'nonmonotonic-send', lines: [...send('a', 'm', 1), ...send('a', 'n', 0)] },
    { name: 'stale-send', lines: [...send('a', 'm', 1), ...send('b', 'n', 0)] },
  ],
};

/** The history with the lines of a plant at places drawn at random, in their order. `number` keeps plants apart. */
export function planted(
  history: History,
  { lines }: Plant,
  random: Random,
  number: number,
): History {
  const names = [...new Set(lines.map(([process]) => process))];
  const own = lines.map(([process, type, f, key, value]): Operation => {
    const op = {
      index: 0,
      time: 0,
      type,
      process: 1_000_000 + number * 100 + names.indexOf(process),
      f,
    };
    return {
      ...op,
      ...(key === '' ? {} : { key: `${key}~${number}` }),
      value: apart(value, number),
    };
  });
  const places = own.map(() => random.below(history.length + 1)).sort((a, b) => a - b);
  const merged: Operation[] = [];
  let next = 0;
  for (let i = 0; i <= history.length; i += 1) {
    for (; places[next] === i; next += 1) merged.push(own[next] as Operation);
    const line = history[i];
    if (line !== undefined) merged.push(line);
  }
  return renumbered(merged);
}

/** Keys inside values get the number, too. */
function apart(value: unknown, number: number): unknown {
  if (Array.isArray(value)) {
    return value.map((step: unknown) =>
      Array.isArray(step) && (step[0] === 'r' || step[0] === 'w')
        ? [step[0], `${String(step[1])}~${number}`, step[2]]
        : step,
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [`${key}~${number}`, one]));
}

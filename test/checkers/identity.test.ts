import assert from 'node:assert/strict';
import fc from 'fast-check';
import { identity, keyName } from '#checkers/identity';
import { checkers } from '#checkers/index';
import { linearizable } from '#checkers/linearizable';
import { withReduction } from '#checkers/reductions';
import type { History, Key, OperationType } from '#src/history/operation';

/** Process 0 does all of it, one after the other: `[f, asked, told, key]`. */
const historyOf = (
  done: readonly (readonly [f: string, asked: unknown, told: unknown, key?: Key])[],
): History =>
  done
    .flatMap(([f, asked, told, key]) =>
      (['invoke', 'ok'] as const).map((type: OperationType) => ({
        type,
        process: 0,
        f,
        value: type === 'ok' ? told : asked,
        ...(key === undefined ? {} : { key }),
      })),
    )
    .map((line, index) => ({ ...line, index, time: index * 1000 }));

const judge = async (name: string, history: History) => {
  const checker = checkers.get(name) ?? linearizable({ model: name });
  const { valid, reason } = await withReduction(checker).check({ history, timeLimitMs: 5000 });
  return reason === undefined ? valid : `${valid}: ${reason}`;
};

const ab = { a: 1, b: [{ c: 2, d: 3 }] };
const ba = { b: [{ d: 3, c: 2 }], a: 1 };
const other = { a: 1, b: [{ c: 2, d: 4 }] };

/** What leaves `written` somewhere and finds `found` there. */
const roundTrips: Readonly<Record<string, (written: unknown, found: unknown) => History>> = {
  register: (w, r) =>
    historyOf([
      ['write', w, w],
      ['read', null, r],
    ]),
  'multi-register': (w, r) =>
    historyOf([
      ['txn', [['w', 'x', w]], [['w', 'x', w]]],
      ['txn', [['r', 'x', null]], [['r', 'x', r]]],
    ]),
  set: (w, r) =>
    historyOf([
      ['add', w, w],
      ['read', null, [r]],
    ]),
  queue: (w, r) =>
    historyOf([
      ['enqueue', w, w],
      ['dequeue', null, r],
    ]),
  causal: (w, r) =>
    historyOf([
      ['write', w, w],
      ['read', null, r],
    ]),
  agreement: (w, r) => historyOf([['decide', w, r, 'k']]),
  'list-append': (w, r) =>
    historyOf([
      ['txn', [['append', 'x', w]], [['append', 'x', w]]],
      ['txn', [['r', 'x', null]], [['r', 'x', [r]]]],
    ]),
  'rw-register': (w, r) =>
    historyOf([
      ['txn', [['w', 'x', w]], [['w', 'x', w]]],
      ['txn', [['r', 'x', null]], [['r', 'x', r]]],
    ]),
  'long-fork': (w, r) =>
    historyOf([
      ['write', [['w', 'x', w]], [['w', 'x', w]]],
      ['read', [['r', 'x', null]], [['r', 'x', r]]],
    ]),
  'set-full': (w, r) =>
    historyOf([
      ['add', w, w],
      ['read', null, [r]],
    ]),
  'total-queue': (w, r) =>
    historyOf([
      ['enqueue', w, w],
      ['drain', null, [r]],
    ]),
  log: (w, r) =>
    historyOf([
      ['send', w, [0, w], 'k'],
      ['poll', 0, [[0, r]], 'k'],
    ]),
};

describe('equal values', () => {
  for (const [name, history] of Object.entries(roundTrips)) {
    it(`${name}: objects are told apart by their fields, not by the order of them`, async () => {
      assert.equal(await judge(name, history(ab, ba)), true);
      assert.match(String(await judge(name, history(ab, other))), /^false/);
    });

    it(`${name}: long values are told apart to their end`, async () => {
      const long = 'x'.repeat(300);
      assert.equal(await judge(name, history(`${long}a`, `${long}a`)), true);
      assert.match(String(await judge(name, history(`${long}a`, `${long}b`))), /^false/);
    });
  }

  it('have one identity, and no others have it', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const plain = (one: unknown): string =>
      JSON.stringify(one, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(
      fc.property(value, value, (a, b) => {
        assert.equal(identity(a) === identity(b), plain(a) === plain(b));
      }),
    );
    assert.notEqual(identity('null'), identity(null));
    assert.notEqual(identity([1, 2]), identity('[1,2]'));
    assert.equal(identity([-0]), identity([0]));
  });
});

describe('the keys 0 and "0"', () => {
  const cases: Readonly<Record<string, History>> = {
    register: historyOf([
      ['write', 1, 1, 0],
      ['read', null, null, '0'],
      ['read', null, 1, 0],
    ]),
    kv: historyOf([
      ['put', 'a', 'a', 0],
      ['get', null, '', '0'],
    ]),
    'multi-register': historyOf([
      ['txn', [['w', 0, 1]], [['w', 0, 1]]],
      [
        'txn',
        [
          ['r', '0', null],
          ['r', 0, null],
        ],
        [
          ['r', '0', null],
          ['r', 0, 1],
        ],
      ],
    ]),
    causal: historyOf([
      ['write', 1, 1, 0],
      ['read', null, null, '0'],
      ['write', 1, 1, '0'],
      ['read', null, 1, '0'],
    ]),
    monotonic: historyOf([
      ['read', null, 5, 0],
      ['read', null, 3, '0'],
    ]),
    'long-fork': historyOf([
      ['write', [['w', 0, 1]], [['w', 0, 1]]],
      [
        'read',
        [
          ['r', 0, null],
          ['r', '0', null],
        ],
        [
          ['r', 0, 1],
          ['r', '0', null],
        ],
      ],
      ['write', [['w', '0', 2]], [['w', '0', 2]]],
    ]),
    log: historyOf([
      ['send', 'a', [0, 'a'], 0],
      ['send', 'b', [0, 'b'], '0'],
      ['poll', 0, [[0, 'b']], '0'],
      ['poll', 0, [[0, 'a']], 0],
    ]),
    agreement: historyOf([
      ['decide', 1, 1, 0],
      ['decide', 2, 2, '0'],
    ]),
    'list-append': historyOf([
      ['txn', [['append', 0, 1]], [['append', 0, 1]]],
      ['txn', [['r', '0', null]], [['r', '0', []]]],
    ]),
    'rw-register': historyOf([
      ['txn', [['w', 0, 1]], [['w', 0, 1]]],
      ['txn', [['r', '0', null]], [['r', '0', null]]],
    ]),
  };
  for (const [name, history] of Object.entries(cases)) {
    it(`${name}: are two objects`, async () => {
      assert.equal(await judge(name, history), true);
    });
  }

  it('log: are one in lists of steps, since polls are answered with maps, whose keys are texts', async () => {
    const history = historyOf([
      ['txn', [['send', 0, 'a']], [['send', 0, [0, 'a']]]],
      ['txn', [['poll']], [['poll', { '0': [[0, 'a']] }]]],
    ]);
    assert.equal(await judge('log', history), true);
  });

  it('have two names, as any two keys have', () => {
    const key = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.constantFrom('0', '"0"', '"\\"0\\""', '', 'NaN', '1e21'),
    );
    fc.assert(
      fc.property(key, key, (a, b) => {
        assert.equal(keyName(a) === keyName(b), a === b || Object.is(a, b));
      }),
    );
    assert.deepEqual(['x', 0, '0', '"0"'].map(keyName), ['x', '0', '"0"', '"\\"0\\""']);
  });
});

describe('completions that do not repeat the key', () => {
  const withoutKeys = (history: History): History =>
    history.map(({ key, ...op }) =>
      op.type === 'invoke' && key !== undefined ? { ...op, key } : op,
    );
  const cases: Readonly<Record<string, readonly [right: History, wrong: History]>> = {
    register: [
      historyOf([
        ['write', 1, 1, 'x'],
        ['read', null, 1, 'x'],
        ['read', null, null, 'y'],
      ]),
      historyOf([
        ['write', 1, 1, 'x'],
        ['read', null, 1, 'y'],
      ]),
    ],
    monotonic: [
      historyOf([
        ['inc', null, 1, 'x'],
        ['read', null, 1, 'x'],
        ['read', null, 0, 'y'],
      ]),
      historyOf([
        ['inc', null, 2, 'x'],
        ['read', null, 1, 'x'],
      ]),
    ],
    agreement: [
      historyOf([
        ['decide', 1, 1, 'x'],
        ['decide', 2, 2, 'y'],
      ]),
      historyOf([
        ['decide', 1, 1, 'x'],
        ['decide', 2, 2, 'x'],
      ]),
    ],
    log: [
      historyOf([
        ['send', 'a', [0, 'a'], 'x'],
        ['poll', 0, [[0, 'a']], 'x'],
      ]),
      historyOf([
        ['send', 'a', [0, 'a'], 'x'],
        ['poll', 0, [[0, 'a']], 'y'],
      ]),
    ],
    'set-full': [
      historyOf([
        ['add', 1, 1, 'x'],
        ['read', null, [1], 'x'],
        ['read', null, [], 'y'],
      ]),
      historyOf([
        ['add', 1, 1, 'x'],
        ['read', null, [1], 'y'],
      ]),
    ],
  };
  for (const [name, [right, wrong]] of Object.entries(cases)) {
    it(`${name}: are about the key of their invocation`, async () => {
      assert.equal(await judge(name, withoutKeys(right)), true);
      assert.match(String(await judge(name, withoutKeys(wrong))), /^false/);
    });
  }
});

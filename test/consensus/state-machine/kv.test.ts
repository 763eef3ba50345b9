import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Command, errorCodes, type Query } from '#src/consensus/state-machine/command';
import { equalJson } from '#src/consensus/state-machine/json';
import { createKv } from '#src/consensus/state-machine/kv';

const ok = (result: unknown) => ({ kind: 'ok', result });

function codeOf(response: { readonly kind: string; readonly code?: string }): string | undefined {
  return response.code;
}

describe('key-value store', () => {
  it('reads null where nothing was written', () => {
    const kv = createKv();
    assert.deepEqual(kv.query({ f: 'read', key: 'x' }), ok(null));
    assert.deepEqual(kv.query({ f: 'read', key: '__proto__' }), ok(null));
    assert.deepEqual(kv.query({ f: 'read-many', keys: ['x', 'y'] }), ok([null, null]));
  });

  it('write, then read', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'write', key: 'x', value: { a: [1] } }), ok(null));
    kv.apply({ f: 'write', key: 'y', value: 0 });
    assert.deepEqual(kv.query({ f: 'read-many', keys: ['y', 'x'] }), ok([0, { a: [1] }]));
  });

  it('cas compares as JSON, and tells whether it happened', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'cas', key: 'x', from: null, to: { a: 1, b: 2 } }), ok(true));
    assert.deepEqual(kv.apply({ f: 'cas', key: 'x', from: { a: 1 }, to: 3 }), ok(false));
    assert.deepEqual(kv.query({ f: 'read', key: 'x' }), ok({ a: 1, b: 2 }));
    assert.deepEqual(kv.apply({ f: 'cas', key: 'x', from: { b: 2, a: 1 }, to: 3 }), ok(true));
  });

  it('a transaction adds, and changes nothing when there is not enough', () => {
    const kv = createKv();
    const take = (n: number): Command => ({
      f: 'txn',
      steps: [
        ['add', 'b', n],
        ['at-least', 'a', n - 10],
        ['add', 'a', -n],
      ],
    });
    assert.deepEqual(
      kv.apply(take(7)),
      ok([
        ['add', 'b', 7],
        ['at-least', 'a', -3],
        ['add', 'a', -7],
      ]),
    );
    assert.deepEqual(kv.apply(take(4)), ok(null));
    assert.deepEqual(kv.query({ f: 'read-many', keys: ['a', 'b'] }), ok([-7, 7]));
    kv.apply({ f: 'write', key: 'c', value: 'text' });
    assert.equal(codeOf(kv.apply({ f: 'txn', steps: [['at-least', 'c', 1]] })), 'bad-command');
  });

  it('append and add count', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'append', key: 'l', value: 'a' }), ok(1));
    assert.deepEqual(kv.apply({ f: 'append', key: 'l', value: 'b' }), ok(2));
    assert.deepEqual(kv.query({ f: 'read', key: 'l' }), ok(['a', 'b']));
    assert.deepEqual(kv.apply({ f: 'add', key: 'n', delta: 5 }), ok(5));
    assert.deepEqual(kv.apply({ f: 'add', key: 'n', delta: -7 }), ok(-2));
  });

  it('a set holds each element once', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'insert', key: 's', value: { a: 1 } }), ok(true));
    assert.deepEqual(kv.apply({ f: 'insert', key: 's', value: 2 }), ok(true));
    assert.deepEqual(kv.apply({ f: 'insert', key: 's', value: { a: 1 } }), ok(false));
    assert.deepEqual(kv.query({ f: 'read', key: 's' }), ok([{ a: 1 }, 2]));
    assert.deepEqual(kv.apply({ f: 'remove', key: 's', value: { a: 1 } }), ok(true));
    assert.deepEqual(kv.apply({ f: 'remove', key: 's', value: { a: 1 } }), ok(false));
    assert.deepEqual(kv.query({ f: 'read', key: 's' }), ok([2]));
  });

  it('a queue gives back from the front what was appended, as much as is asked for', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'dequeue', key: 'q', count: 1 }), ok([]));
    for (const value of [1, 2, 3, 4]) kv.apply({ f: 'append', key: 'q', value });
    assert.deepEqual(kv.apply({ f: 'dequeue', key: 'q', count: 1 }), ok([1]));
    assert.deepEqual(kv.apply({ f: 'dequeue', key: 'q', count: 2 }), ok([2, 3]));
    assert.deepEqual(kv.apply({ f: 'dequeue', key: 'q', count: 9 }), ok([4]));
    assert.deepEqual(kv.query({ f: 'read', key: 'q' }), ok([]));
  });

  it('a lock is held by one at a time, with a token higher than all before', () => {
    const kv = createKv();
    assert.deepEqual(kv.apply({ f: 'release', key: 'm', token: 0 }), ok(false));
    assert.deepEqual(kv.apply({ f: 'acquire', key: 'm' }), ok(1));
    assert.deepEqual(kv.apply({ f: 'acquire', key: 'm' }), ok(null));
    assert.deepEqual(kv.apply({ f: 'release', key: 'm', token: 2 }), ok(false));
    assert.deepEqual(kv.apply({ f: 'release', key: 'm', token: 1 }), ok(true));
    assert.deepEqual(kv.apply({ f: 'release', key: 'm', token: 1 }), ok(false));
    assert.deepEqual(kv.apply({ f: 'acquire', key: 'm' }), ok(2));
  });

  it('a transaction happens in order, sees itself, and happens entirely or not at all', () => {
    const kv = createKv();
    const steps = [
      ['w', 'x', 1],
      ['r', 'x', null],
      ['append', 'l', 9],
      ['r', 'l', null],
    ] as const;
    assert.deepEqual(
      kv.apply({ f: 'txn', steps }),
      ok([
        ['w', 'x', 1],
        ['r', 'x', 1],
        ['append', 'l', 9],
        ['r', 'l', [9]],
      ]),
    );
    const bad = kv.apply({
      f: 'txn',
      steps: [
        ['w', 'x', 2],
        ['append', 'x', 3],
      ],
    });
    assert.equal(codeOf(bad), 'bad-command');
    assert.deepEqual(kv.query({ f: 'read', key: 'x' }), ok(1));
  });

  it('what cannot be applied changes nothing and stops nobody', () => {
    const bad: unknown[] = [
      { f: 'append', key: 'n', value: 1 },
      { f: 'add', key: 'l', delta: 1 },
      { f: 'add', key: 'n', delta: '1' },
      { f: 'add', key: 'n', delta: 1e308 },
      { f: 'write', value: 1 },
      { f: 'insert', key: 'n', value: 1 },
      { f: 'remove', key: 'n', value: 1 },
      { f: 'dequeue', key: 'n', count: 1 },
      { f: 'dequeue', key: 'l', count: 0 },
      { f: 'dequeue', key: 'l', count: '1' },
      { f: 'acquire', key: 'n' },
      { f: 'acquire', key: 'l' },
      { f: 'release', key: 'n', token: 1 },
      { f: 'drop', key: 'n' },
      {
        f: 'txn',
        steps: [
          ['w', 'n', 5],
          ['x', 'n', 1],
        ],
      },
      { f: 'txn', steps: [['w', 'n', 5], 7] },
      { f: 'txn' },
    ];
    const kv = createKv();
    kv.apply({ f: 'write', key: 'n', value: 1e308 });
    kv.apply({ f: 'append', key: 'l', value: 1 });
    const before = kv.snapshot();
    for (const command of bad) {
      assert.equal(codeOf(kv.apply(command as Command)), 'bad-command', JSON.stringify(command));
    }
    for (const query of [{ f: 'scan' }, { f: 'read' }, { f: 'read-many' }]) {
      assert.equal(codeOf(kv.query(query as Query)), 'bad-command', JSON.stringify(query));
    }
    assert.deepEqual(kv.snapshot(), before);
  });

  it('answers given out do not change afterwards', () => {
    const kv = createKv();
    kv.apply({ f: 'append', key: 'l', value: 1 });
    const read = kv.query({ f: 'read', key: 'l' });
    kv.apply({ f: 'append', key: 'l', value: 2 });
    assert.deepEqual(read, ok([1]));
  });

  it('every refusal says whether it is definite', () => {
    for (const { definite } of Object.values(errorCodes)) assert.equal(typeof definite, 'boolean');
  });

  const keys = fc.constantFrom('a', 'b', '__proto__');
  const commands: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ f: fc.constant('write' as const), key: keys, value: fc.jsonValue() }),
    fc.record({ f: fc.constant('append' as const), key: keys, value: fc.jsonValue() }),
    fc.record({ f: fc.constant('add' as const), key: keys, delta: fc.integer() }),
    fc.record({ f: fc.constant('insert' as const), key: keys, value: fc.jsonValue() }),
    fc.record({ f: fc.constant('remove' as const), key: keys, value: fc.jsonValue() }),
    fc.record({ f: fc.constant('dequeue' as const), key: keys, count: fc.nat(3) }),
    fc.record({ f: fc.constant('acquire' as const), key: keys }),
    fc.record({ f: fc.constant('release' as const), key: keys, token: fc.nat(3) }),
    fc.record({
      f: fc.constant('cas' as const),
      key: keys,
      from: fc.jsonValue(),
      to: fc.jsonValue(),
    }),
  );

  it('the same commands give equal stores; a snapshot, through JSON, is the whole state', () => {
    fc.assert(
      fc.property(fc.array(commands), fc.array(commands), (first, then) => {
        const one = createKv();
        const two = createKv();
        for (const command of first) one.apply(command);
        two.restore(JSON.parse(JSON.stringify(one.snapshot())));
        const results = then.map((command) => [one.apply(command), two.apply(command)]);
        for (const [a, b] of results) assert.equal(JSON.stringify(a), JSON.stringify(b));
        assert.equal(JSON.stringify(one.snapshot()), JSON.stringify(two.snapshot()));
      }),
    );
  });

  it('JSON is equal to itself read again, in any order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const again: unknown = JSON.parse(JSON.stringify(a));
        assert.ok(equalJson(again, JSON.parse(JSON.stringify(a))));
        assert.equal(equalJson(a, b), equalJson(b, a));
        if (equalJson(a, b)) assert.deepEqual(JSON.parse(JSON.stringify(b)), again);
      }),
    );
    assert.ok(!equalJson([], {}));
    assert.ok(!equalJson(null, 0));
    assert.ok(!equalJson({ a: 1 }, { b: 1 }));
  });
});

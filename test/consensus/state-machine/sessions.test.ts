import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Command } from '#src/consensus/state-machine/command';
import { createKv } from '#src/consensus/state-machine/kv';
import { withSessions } from '#src/consensus/state-machine/sessions';

const open = { kind: 'open-session' } as const;
const add = (session: number, sequence: number, delta = 1) =>
  ({ kind: 'command', session, sequence, command: { f: 'add', key: 'n', delta } }) as const;
const ok = (result: unknown) => ({ kind: 'ok', result });

describe('client sessions', () => {
  it('are numbered in the order of the log', () => {
    const machine = withSessions(createKv());
    assert.deepEqual([machine.apply(open), machine.apply(open)], [ok(1), ok(2)]);
  });

  it('a command asked for twice happens once, and is answered twice alike', () => {
    const machine = withSessions(createKv());
    machine.apply(open);
    assert.ok(!machine.isRepeated(add(1, 1, 5)));
    assert.deepEqual(machine.apply(add(1, 1, 5)), ok(5));
    assert.ok(machine.isRepeated(add(1, 1, 5)));
    assert.deepEqual(machine.apply(add(1, 1, 5)), ok(5));
    assert.deepEqual(machine.apply(add(1, 2, 5)), ok(10));
  });

  it('sessions do not mix', () => {
    const machine = withSessions(createKv());
    machine.apply(open);
    machine.apply(open);
    machine.apply(add(1, 1));
    assert.deepEqual(machine.apply(add(2, 1)), ok(2));
  });

  it('a refused command is remembered like any other', () => {
    const machine = withSessions(createKv());
    machine.apply(open);
    const bad = { f: 'add', key: 'l', delta: 1 } as const;
    const write = (sequence: number, command: Command) =>
      machine.apply({ kind: 'command', session: 1, sequence, command });
    write(1, { f: 'append', key: 'l', value: 0 });
    const refusal = write(2, bad);
    assert.equal(refusal.kind, 'error');
    assert.deepEqual(write(2, bad), refusal);
  });

  it('an older sequence is stale: its answer is gone, and it is not done again', () => {
    const machine = withSessions(createKv());
    machine.apply(open);
    machine.apply(add(1, 1));
    machine.apply(add(1, 3));
    for (const sequence of [1, 2]) {
      assert.deepEqual(machine.apply(add(1, sequence)), { kind: 'error', code: 'sequence-stale' });
    }
    assert.deepEqual(machine.query({ f: 'read', key: 'n' }), ok(2));
  });

  it('an unknown session is an error, and is not opened silently', () => {
    const machine = withSessions(createKv());
    assert.deepEqual(machine.apply(add(1, 1)), { kind: 'error', code: 'session-unknown' });
    assert.deepEqual(machine.query({ f: 'read', key: 'n' }), ok(null));
  });

  it('beyond the limit the session unused for longest expires, and its number is not given out again', () => {
    const machine = withSessions(createKv(), 2);
    machine.apply(open);
    machine.apply(open);
    machine.apply(add(1, 1));
    assert.deepEqual(machine.apply(open), ok(3));
    assert.deepEqual(machine.apply(add(2, 1)), { kind: 'error', code: 'session-unknown' });
    assert.deepEqual(machine.apply(add(1, 1)), ok(1), 'still remembered');
    assert.deepEqual(machine.apply(add(3, 1)), ok(2));
    assert.deepEqual(machine.apply(open), ok(4));
    assert.deepEqual(machine.apply(add(1, 2)), { kind: 'error', code: 'session-unknown' });
  });

  it('a limit below one is refused', () => {
    assert.throws(
      () => withSessions(createKv(), 0),
      /maxSessions is 0; allowed are integers from 1/,
    );
  });

  it('a snapshot holds the sessions, their answers and their order of expiry', () => {
    const session = fc.integer({ min: 1, max: 6 });
    const sequence = fc.integer({ min: 1, max: 4 });
    const steps = fc.array(
      fc.oneof(
        fc.constant(open),
        fc.tuple(session, sequence).map(([s, n]) => add(s, n)),
      ),
    );
    fc.assert(
      fc.property(steps, steps, (first, then) => {
        const one = withSessions(createKv(), 3);
        const two = withSessions(createKv(), 3);
        for (const step of first) one.apply(step);
        two.restore(JSON.parse(JSON.stringify(one.snapshot())));
        for (const step of then) assert.deepEqual(two.apply(step), one.apply(step));
        assert.deepEqual(two.snapshot(), one.snapshot());
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { defaultLimits, defaultTiming } from '#src/consensus/algorithm';
import { createReplica } from '#src/consensus/create-replica';
import type { ReplicaEffect } from '#src/consensus/replica';
import type { ClientRequest } from '#src/consensus/state-machine/command';
import { stream } from '#src/random/random';

const replica = (durable: readonly unknown[] = [], members = ['a', 'b', 'c']) =>
  createReplica({
    algorithm: 'single-decree',
    config: { self: 'a', members, timing: defaultTiming, limits: defaultLimits, trace: false },
    options: {},
    durable,
    random: stream(1, 'a'),
    nowMs: 0,
    incarnation: 1,
  });

const decide = (key: string, value: unknown): ClientRequest => ({
  kind: 'command',
  session: 1,
  sequence: 1,
  command: { f: 'decide', key, value },
});
const persists = (effects: readonly ReplicaEffect[]) =>
  effects.filter((effect) => effect.kind === 'persist');

describe('the single-decree replica', () => {
  it('keeps one count of persists for all keys, and holds messages back for the right one', () => {
    const node = replica();
    const first = node.step({ kind: 'client', nowMs: 1, request: 1, body: decide('x', 7) });
    const second = node.step({ kind: 'client', nowMs: 1, request: 2, body: decide('y', 8) });
    assert.deepEqual(
      persists(first).map(({ sequence }) => sequence),
      [1],
    );
    assert.deepEqual(
      persists(second).map(({ sequence }) => sequence),
      [2],
    );
    const sends = second.flatMap((effect) => (effect.kind === 'send' ? [effect.afterDurable] : []));
    assert.deepEqual(sends, [2, 2]);
  });

  it('decides alone when it is alone, once that is on disk', () => {
    const node = replica([], ['a']);
    let effects = node.step({ kind: 'client', nowMs: 1, request: 1, body: decide('x', 7) });
    for (let i = 0; i < 10; i += 1) {
      assert.ok(!effects.some(({ kind }) => kind === 'reply'));
      const [persist] = persists(effects);
      if (persist === undefined) break;
      effects = node.step({ kind: 'durable', nowMs: 2, sequence: persist.sequence });
      if (effects.some(({ kind }) => kind === 'reply')) break;
    }
    const reply = effects.find((effect) => effect.kind === 'reply');
    assert.deepEqual(reply?.response, { kind: 'ok', result: 7 });
    const again = node.step({ kind: 'client', nowMs: 3, request: 2, body: decide('x', 9) });
    assert.deepEqual(again, [{ kind: 'reply', request: 2, response: { kind: 'ok', result: 7 } }]);
  });

  it('remembers over a restart what it accepted', () => {
    const node = replica([], ['a']);
    const records: unknown[] = [];
    let effects = node.step({ kind: 'client', nowMs: 1, request: 1, body: decide('x', 7) });
    for (let [persist] = persists(effects); persist !== undefined; [persist] = persists(effects)) {
      records.push(...persist.records);
      effects = node.step({ kind: 'durable', nowMs: 2, sequence: persist.sequence });
    }
    const restarted = replica(records, ['a']);
    effects = restarted.step({ kind: 'client', nowMs: 1, request: 1, body: decide('x', 9) });
    for (let [persist] = persists(effects); persist !== undefined; [persist] = persists(effects)) {
      effects = restarted.step({ kind: 'durable', nowMs: 2, sequence: persist.sequence });
    }
    const reply = effects.find((effect) => effect.kind === 'reply');
    assert.deepEqual(reply?.response, { kind: 'ok', result: 7 });
  });

  it('refuses what it cannot do', () => {
    const bodies: readonly ClientRequest[] = [
      { kind: 'query', query: { f: 'read', key: 'x' } },
      { kind: 'command', session: 1, sequence: 1, command: { f: 'write', key: 'x', value: 1 } },
    ];
    for (const body of bodies) {
      const [effect] = replica().step({ kind: 'client', nowMs: 1, request: 1, body });
      assert.equal(effect?.kind === 'reply' && effect.response.kind, 'error');
    }
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Outcome } from '#src/client/connection';
import { clients, limit } from '#src/generator/index';
import { type Answer, imperfect, perfect, simulate } from '#src/generator/simulate';
import type { Invocation } from '#src/history/operation';
import { register } from '#workloads/register';

const settings = { concurrency: 10, nodes: ['n1', 'n2', 'n3'] };
const workload = (options: object = {}) =>
  register.create(register.options.parse(options), settings);

const asFunctions = () => {
  const made = workload();
  return {
    call: (op: Invocation) => made.call(op),
    completion: (op: Invocation, outcome: Outcome) => made.completion(op, outcome),
  };
};

const operations = (count: number, options: object, answer: Answer, seed = 1) => {
  const { invocations } = simulate(limit(count, clients(workload(options).generator)), {
    answer,
    seed,
  });
  return invocations.map(({ operation }) => operation);
};

describe('the register workload', () => {
  it('never writes the same value to a key twice, so that what is read names its writer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const written = operations(500, { operationsPerKey: 60 }, imperfect(), seed).flatMap(
          ({ f, key, value }) => {
            if (f === 'write') return [`${String(key)}=${String(value)}`];
            return f === 'cas' ? [`${String(key)}=${(value as number[])[1]}`] : [];
          },
        );
        assert.ok(written.length > 100);
        assert.equal(new Set(written).size, written.length);
      }),
      { numRuns: 20 },
    );
  });

  it('uses so many keys at a time, each for so many operations', () => {
    const perKey = new Map<unknown, number>();
    for (const { key } of operations(2000, { activeKeys: 4, operationsPerKey: 50 }, perfect())) {
      perKey.set(key, (perKey.get(key) ?? 0) + 1);
    }
    assert.ok(perKey.size >= 2000 / 50);
    assert.ok([...perKey.values()].every((count) => count <= 50));
    const unfinished = [...perKey.values()].filter((count) => count < 50);
    assert.ok(unfinished.length <= 4);
  });

  it('asks a compare-and-set for the newest value that was seen', () => {
    const seenByKey = new Map<unknown, Set<unknown>>();
    let fair = 0;
    for (const { key, f, value } of operations(1000, { activeKeys: 2 }, perfect())) {
      const seen = seenByKey.get(key) ?? new Set();
      if (f === 'cas' && seen.has((value as unknown[])[0])) fair += 1;
      if (f === 'write') seen.add(value);
      if (f === 'cas') seen.add((value as unknown[])[1]);
      seenByKey.set(key, seen);
    }
    assert.ok(fair > 50, `${fair} compare-and-sets had a chance`);
  });

  it('mixes reads, writes and compare-and-sets', () => {
    const count = new Map<string, number>();
    for (const { f } of operations(3000, {}, perfect())) count.set(f, (count.get(f) ?? 0) + 1);
    assert.ok((count.get('read') ?? 0) > 1200);
    assert.ok((count.get('write') ?? 0) > 700);
    assert.ok((count.get('cas') ?? 0) > 300);
  });

  it('lets a client that is alone do everything, and leaves reads out when asked to', () => {
    const alone = register.create(register.options.parse({}), { ...settings, concurrency: 1 });
    const source = limit(200, clients(alone.generator));
    const { invocations } = simulate(source, { concurrency: 1 });
    assert.equal(new Set(invocations.map(({ operation }) => operation.f)).size, 3);
    const updates = operations(200, { readShare: 0 }, perfect());
    assert.ok(updates.every(({ f }) => f !== 'read'));
  });

  const read: Invocation = { f: 'read', key: 'k0', value: null };
  const write: Invocation = { f: 'write', key: 'k0', value: 3 };
  const cas: Invocation = { f: 'cas', key: 'k0', value: [1, 2] };

  it('says what an answer means', () => {
    const { completion } = asFunctions();
    const unknown = { kind: 'unknown', error: 'timeout' } as const;
    assert.deepEqual(completion(read, { kind: 'ok', result: 5 }), { type: 'ok', value: 5 });
    assert.deepEqual(completion(read, { kind: 'ok', result: null }), { type: 'ok', value: null });
    assert.equal(completion(read, unknown).type, 'fail');
    assert.equal(completion(write, unknown).type, 'info');
    assert.equal(completion(cas, unknown).type, 'info');
    assert.equal(completion(write, { kind: 'fail', error: 'no-leader' }).type, 'fail');
    assert.equal(completion(cas, { kind: 'ok', result: true }).type, 'ok');
    assert.equal(completion(cas, { kind: 'ok', result: false }).type, 'fail');
    // An answer that says nothing is no evidence, in either direction.
    assert.equal(completion(read, { kind: 'ok', result: undefined }).type, 'fail');
    assert.equal(completion(cas, { kind: 'ok', result: undefined }).type, 'info');
  });

  it('speaks the vocabulary of connections', () => {
    const { call } = asFunctions();
    assert.deepEqual(call(read), { f: 'read', key: 'k0' });
    assert.deepEqual(call(write), { f: 'write', key: 'k0', value: 3 });
    assert.deepEqual(call(cas), { f: 'cas', key: 'k0', from: 1, to: 2 });
    assert.throws(() => call({ f: 'append', key: 'k0' }), /append/);
  });

  it('reads at the end what was in use at the end', () => {
    const history = operations(400, { activeKeys: 3, operationsPerKey: 30 }, perfect());
    const last = new Set(history.slice(-200).map(({ key }) => key));
    const final = workload({ activeKeys: 3 }).finalOperations?.(history) ?? [];
    assert.equal(final.length, 3);
    assert.ok(final.every(({ f, key }) => f === 'read' && last.has(key)));
  });
});

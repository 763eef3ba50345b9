import assert from 'node:assert/strict';
import { clients, limit } from '#src/generator/index';
import { perfect, simulate } from '#src/generator/simulate';
import { consensus } from '#workloads/consensus';

const workload = consensus.create(consensus.options.parse({ activeKeys: 2, proposalsPerKey: 3 }), {
  concurrency: 4,
  nodes: ['n1'],
});

describe('the consensus workload', () => {
  it('proposes so often for each key, never the same value twice', () => {
    const { invocations } = simulate(limit(60, clients(workload.generator)), { answer: perfect() });
    const perKey = new Map<unknown, number>();
    const values = new Set<unknown>();
    for (const { operation } of invocations) {
      perKey.set(operation.key, (perKey.get(operation.key) ?? 0) + 1);
      values.add(operation.value);
    }
    assert.equal(values.size, 60);
    assert.ok([...perKey.values()].every((count) => count === 3));
  });

  it('reports what won, and does not know what became of a proposal without an answer', () => {
    const op = { f: 'decide', key: 'd1', value: 5 };
    assert.deepEqual(workload.completion(op, { kind: 'ok', result: 3 }), { type: 'ok', value: 3 });
    assert.equal(workload.completion(op, { kind: 'unknown', error: 'x' }).type, 'info');
    assert.deepEqual(workload.call(op), { f: 'decide', key: 'd1', value: 5 });
  });

  it('asks late for what was decided', () => {
    const { events } = simulate(limit(60, clients(workload.generator)), { answer: perfect() });
    const history = events.map(({ operation }) => operation);
    const late = workload.finalOperations?.(history) ?? [];
    assert.equal(late.length, 4);
    assert.ok(late.every(({ value }) => Number(value) < 0));
  });
});

import assert from 'node:assert/strict';
import { clients, limit } from '#src/generator/index';
import { perfect, simulate } from '#src/generator/simulate';
import { listAppendWorkload } from '#workloads/list-append';
import { rwRegisterWorkload } from '#workloads/rw-register';

const settings = { concurrency: 4, nodes: ['n1'] };

for (const [kind, write] of [
  [listAppendWorkload, 'append'],
  [rwRegisterWorkload, 'w'],
] as const) {
  const options = kind.options.parse({ activeKeys: 2, writesPerKey: 3, stepsMax: 3 });
  const workload = kind.create(options, settings);
  const op = {
    f: 'txn',
    value: [
      [write, 'k0', 1],
      ['r', 'k1', null],
    ],
  };

  describe(`the ${kind.name} workload`, () => {
    it('writes each value to a key once, so often to each key', () => {
      const run = simulate(limit(200, clients(workload.generator)), { answer: perfect() });
      const written = new Map<unknown, unknown[]>();
      for (const { operation } of run.invocations) {
        for (const [f, key, value] of operation.value as [string, string, unknown][]) {
          if (f === write) written.set(key, [...(written.get(key) ?? []), value]);
        }
      }
      assert.ok(written.size > 20);
      const worn = [...written.values()].filter((values) => values.length === 3);
      assert.ok(worn.length >= written.size - 2);
      assert.ok(worn.every((values) => values.join() === '1,2,3'));
    });

    it('takes for known only what an answer says', () => {
      const answer = [
        [write, 'k0', 1],
        ['r', 'k1', null],
      ];
      assert.deepEqual(workload.completion(op, { kind: 'ok', result: answer }), {
        type: 'ok',
        value: answer,
      });
      assert.equal(workload.completion(op, { kind: 'ok', result: null }).type, 'info');
      assert.equal(workload.completion(op, { kind: 'unknown', error: 'x' }).type, 'info');
      const read = { f: 'txn', value: [['r', 'k1', null]] };
      assert.equal(workload.completion(read, { kind: 'unknown', error: 'x' }).type, 'fail');
      assert.deepEqual(workload.call(op), { f: 'txn', steps: op.value });
    });

    it('reads the keys that were in use last at the end', () => {
      const { events } = simulate(limit(60, clients(workload.generator)), { answer: perfect() });
      const [last] = workload.finalOperations?.(events.map(({ operation }) => operation)) ?? [];
      const steps = last?.value as [string, string, unknown][];
      assert.ok(steps.length >= 2 && steps.every(([f]) => f === 'r'));
    });
  });
}

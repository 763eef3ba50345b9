import assert from 'node:assert/strict';
import { bank } from '#checkers/bank';
import type { CheckResult } from '#checkers/checker';
import { nothingRead } from '#checkers/found';
import type { History, Operation } from '#src/history/operation';
import { pick, stream } from '#src/random/random';
import { planted, plants } from './plants.ts';
import { validHistory, workloadNamed } from './valid.ts';

const fuzz = process.env['DISSENT_FUZZ'];
const names = ['bank', 'multi-register', 'long-fork', 'monotonic', 'causal', 'log'];

async function check(name: string, history: History): Promise<CheckResult> {
  const [checker] = workloadNamed(name).checkers;
  if (checker === undefined) throw new Error(`${name} has no checker`);
  return checker.check({ history, timeLimitMs: 600_000 });
}

const shape = { operations: 1000, concurrency: 8, troubleOneIn: 15 };

for (const name of names) {
  describe(`the checker of the workload ${name}`, function () {
    this.timeout(0);

    it('raises no alarm over valid histories', async () => {
      const histories = fuzz === undefined ? 40 : 10_000;
      let withoutAnswers = 0;
      for (let seed = 0; seed < histories; seed += 1) {
        const random = stream(seed, name);
        const history = validHistory(name, random, {
          operations: 10 + random.below(150),
          concurrency: 1 + random.below(10),
          troubleOneIn: random.below(12),
        });
        const result = await check(name, history);
        // Among so much trouble a short history can be without any answer.
        if (result.reason === nothingRead) withoutAnswers += 1;
        else assert.equal(result.valid, true, `seed ${seed}: ${JSON.stringify(result)}`);
      }
      assert.ok(withoutAnswers < histories / 5, `${withoutAnswers} histories without answers`);
    });

    const lengths = fuzz === undefined ? [1000] : [1000, 10_000, 100_000];
    for (const operations of plants[name] === undefined ? [] : lengths) {
      it(`finds each violation by its name among ${operations} operations`, async () => {
        const random = stream(operations, name);
        // Every unknown outcome ends a process, and causality takes operations times processes.
        const troubleOneIn = operations > 10_000 && name === 'causal' ? 500 : shape.troubleOneIn;
        const base = validHistory(name, random, { ...shape, operations, troubleOneIn });
        assert.equal((await check(name, base)).valid, true);
        for (const [number, plant] of (plants[name] ?? []).entries()) {
          const result = await check(name, planted(base, plant, random, number));
          assert.equal(result.valid, false, plant.name);
          const counts = Object.keys(result['anomalyCounts'] as object);
          assert.ok(counts.includes(plant.name), `${plant.name} is not in ${counts.join()}`);
          for (const anomaly of result.anomalies ?? []) {
            assert.ok(anomaly.explanation.length > 20);
            assert.ok(
              anomaly.operations.every(({ process }) => Number(process) >= 1_000_000),
              `${plant.name}: ${anomaly.explanation}`,
            );
          }
        }
      });
    }
  });
}

describe('the checker of the workload bank', function () {
  this.timeout(0);
  const initial = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`a${i}`, 10]));
  type Balances = Record<string, number | undefined>;
  const spoil: Readonly<Record<string, (balances: Balances) => Balances>> = {
    'wrong-total': (b) => ({ ...b, a0: (b['a0'] ?? 0) + 1 }),
    'unexpected-account': (b) => ({ ...b, stranger: 0 }),
    'missing-balance': (b) =>
      Object.fromEntries(Object.entries(b).filter(([name]) => name !== 'a3')),
    'negative-balance': (b) => ({ ...b, a1: -1, a2: (b['a2'] ?? 0) + (b['a1'] ?? 0) + 1 }),
    'impossible-balance': (b) => ({ ...b, a1: (b['a1'] ?? 0) - 1e6, a2: (b['a2'] ?? 0) + 1e6 }),
  };

  for (const operations of fuzz === undefined ? [1000] : [1000, 10_000, 100_000]) {
    it(`finds each violation by its name among ${operations} operations`, () => {
      const random = stream(operations, 'bank');
      const base = validHistory('bank', random, { ...shape, operations });
      for (const [name, change] of Object.entries(spoil)) {
        const reads = base.filter((op) => op.f === 'read' && op.type === 'ok');
        const read = pick(random, reads);
        const spoilt = base.map(
          (op): Operation => (op === read ? { ...op, value: change(op.value as Balances) } : op),
        );
        const negativeBalances = name === 'impossible-balance';
        const checker = bank({ initial, negativeBalances });
        const result = checker.check({ history: spoilt, timeLimitMs: 60_000 }) as CheckResult;
        assert.equal(result.valid, false);
        assert.ok(name in (result['anomalyCounts'] as object), name);
        assert.ok(
          result.anomalies?.every(({ operations: all }) =>
            all.includes(spoilt[read.index] as Operation),
          ),
        );
      }
    });
  }

  it('needs to be told nothing to see totals differ, and knows a loan when it is allowed', () => {
    const history = validHistory('bank', stream(1, 'loan'), {
      ...shape,
      options: { negativeBalances: true },
    });
    const judge = (options: object) =>
      (bank(options).check({ history, timeLimitMs: 60_000 }) as CheckResult).valid;
    assert.equal(judge({ negativeBalances: true }), true);
    assert.equal(judge({ negativeBalances: true, initial }), true);
    assert.equal(judge({}), false);
    assert.equal(judge({ negativeBalances: true, total: 81 }), false);
  });
});

import assert from 'node:assert/strict';
import { nothingRead } from '#checkers/found';
import { listAppend } from '#checkers/list-append';
import { rwRegister } from '#checkers/rw-register';
import type { TransactionsResult } from '#checkers/transactions/judge';
import type { History } from '#src/history/operation';
import { stream } from '#src/random/random';
import { listPlants, type Plant, registerPlants } from './plants.ts';
import { plant, type Simulation, simulate, simulation } from './simulate.ts';

const isLong = process.env['DISSENT_FUZZ'] !== undefined;

function check(history: History, kind: Simulation['kind']): TransactionsResult {
  const checker = kind === 'list' ? listAppend() : rwRegister();
  return checker.check({ history, timeLimitMs: 600_000 }) as TransactionsResult;
}

for (const [kind, plants] of [
  ['list', listPlants],
  ['register', registerPlants],
] as const) {
  describe(`transactions: plants in histories of a ${kind === 'list' ? 'list' : 'register'} store`, () => {
    const lengths = isLong ? [500, 5_000, 50_000] : [500];
    for (const transactions of lengths) {
      it(`finds each by name, and nothing else, among ${transactions} transactions`, function () {
        this.timeout(0);
        const random = stream(transactions, 'plants');
        const base = simulate(random, { ...simulation, kind, transactions });
        assert.equal(check(base, kind).valid, true);
        for (const { names, transactions: planted } of plants) {
          const result = check(plant(base, planted, kind, random.below(base.length), 1), kind);
          assert.equal(result.valid, false, names.join());
          assert.deepEqual(Object.keys(result.anomalyCounts).toSorted(), names.toSorted());
          for (const one of result.anomalies ?? []) {
            assert.ok(one.operations.every((op) => JSON.stringify(op.value).includes('-1"')));
          }
        }
      });
    }

    it('finds all of them in one history', function () {
      this.timeout(0);
      const random = stream(7, 'plants');
      let history = simulate(random, { ...simulation, kind, transactions: isLong ? 50_000 : 500 });
      for (const [i, { transactions }] of plants.entries()) {
        history = plant(history, transactions, kind, random.below(history.length), i + 1);
      }
      const wanted = new Set(plants.flatMap((one: Plant) => one.names));
      const found = new Set(Object.keys(check(history, kind).anomalyCounts));
      assert.deepEqual(found, wanted);
    });

    it('raises no alarm over valid histories', function () {
      this.timeout(0);
      const histories = isLong ? 10_000 : 150;
      let withoutAnswers = 0;
      for (let seed = 0; seed < histories; seed += 1) {
        const random = stream(seed, 'valid');
        const history = simulate(random, {
          kind,
          transactions: 20 + random.below(150),
          clients: 1 + random.below(15),
          activeKeys: 1 + random.below(5),
          writesPerKey: 1 + random.below(30),
          stepsMax: 1 + random.below(6),
          troubleOneIn: random.below(10),
        });
        const result = check(history, kind);
        // Among so much trouble a short history can be without any answer.
        if (result.reason === nothingRead) withoutAnswers += 1;
        else assert.equal(result.valid, true, `seed ${seed}: ${JSON.stringify(result.anomalies)}`);
        assert.deepEqual(result.anomalyCounts, {});
      }
      assert.ok(withoutAnswers < histories / 5, `${withoutAnswers} histories without answers`);
    });
  });
}

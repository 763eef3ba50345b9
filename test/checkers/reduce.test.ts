import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { CheckResult } from '#checkers/checker';
import { withReduction } from '#checkers/reductions';
import type { History, Operation } from '#src/history/operation';
import { pairs } from '#src/history/pairs';
import { pick, stream } from '#src/random/random';
import { planted, plants } from './claims/plants.ts';
import { validHistory, workloadNamed } from './claims/valid.ts';
import { isPossible } from './transactions/oracle.ts';
import { listPlants, registerPlants } from './transactions/plants.ts';
import { randomHistory } from './transactions/random.ts';
import { plant, simulate, simulation } from './transactions/simulate.ts';

async function reduced(workload: string, history: History): Promise<CheckResult> {
  const [checker] = workloadNamed(workload).checkers;
  if (checker === undefined) throw new Error(`${workload} has no checker`);
  return withReduction(checker).check({ history, timeLimitMs: 60_000 });
}

/** What is left shows the same by itself, and is a part of the history. */
async function assertReduced(
  workload: string,
  history: History,
  most: number,
): Promise<CheckResult> {
  const result = await reduced(workload, history);
  assert.equal(result.valid, false);
  const [first] = result.anomalies ?? [];
  const few = first?.operations ?? [];
  // What a transaction read may be left out of its answer.
  const isPart = (op: Operation): boolean => {
    const line = history[op.index] as Operation;
    const { value: _, ...unread } = line;
    return op === line || (line.f === 'txn' && line.type === 'ok' && isDeepStrictEqual(op, unread));
  };
  assert.ok(few.every(isPart));
  assert.ok(
    pairs(few).length <= most,
    `${first?.name}: ${pairs(few).length}\n${first?.explanation}`,
  );
  const again = await workloadNamed(workload).checkers[0]?.check({
    history: few,
    timeLimitMs: 60_000,
  });
  assert.ok(again?.anomalies?.some(({ name }) => name === first?.name));
  assert.match(
    first?.explanation ?? '',
    /operations these \d+ alone show it, and none of them may be left out/,
  );
  return result;
}

describe('explanation by reduction', function () {
  this.timeout(0);

  for (const workload of ['long-fork', 'monotonic', 'causal', 'log']) {
    it(`leaves of a history of ${workload} what shows the violation`, async () => {
      const random = stream(5, workload);
      const base = validHistory(workload, random, {
        operations: 400,
        concurrency: 5,
        troubleOneIn: 10,
      });
      for (const [number, one] of (plants[workload] ?? []).entries()) {
        await assertReduced(workload, planted(base, one, random, number), one.lines.length / 2);
      }
    });
  }

  for (const [workload, kind, all] of [
    ['list-append', 'list', listPlants],
    ['rw-register', 'register', registerPlants],
  ] as const) {
    it(`leaves of a history of ${workload} what shows the violation`, async () => {
      const random = stream(6, workload);
      const base = simulate(random, { ...simulation, kind, transactions: 200 });
      for (const [number, { transactions }] of all.entries()) {
        const history = plant(base, transactions, kind, random.below(base.length), number);
        await assertReduced(workload, history, transactions.length);
      }
    });
  }

  it('leaves of a long history of transactions no more than who wrote what was seen', async () => {
    const random = stream(8, 'spoilt');
    const base = simulate(random, { ...simulation, kind: 'list', transactions: 5000 });
    type Step = readonly [f: string, key: string, value: readonly unknown[]];
    const isLong = ([f, , value]: Step): boolean => f === 'r' && (value?.length ?? 0) > 3;
    for (let tries = 0; tries < 5; tries += 1) {
      const old = pick(
        random,
        base.filter(({ type, value }) => type === 'ok' && (value as Step[]).some(isLong)),
      );
      const value = (old.value as Step[]).map((step) =>
        isLong(step) ? [step[0], step[1], step[2].slice(0, 1)] : step,
      );
      const result = await reduced(
        'list-append',
        base.map((op) => (op === old ? { ...op, value } : op)),
      );
      const [first] = result.anomalies ?? [];
      assert.equal(result.valid, false);
      // Keys are written 32 times at most.
      const { to, isSmallest } = result['reduced'] as { to: number; isSmallest: boolean };
      assert.ok(to <= 34, `${to}: ${first?.explanation}`);
      assert.equal(isSmallest, true);
    }
  });

  it('leaves a single read where a total is wrong, and all transfers up to then where a balance is', async () => {
    const random = stream(7, 'bank');
    const base = validHistory('bank', random, { operations: 100, concurrency: 4, troubleOneIn: 0 });
    const read = pick(
      random,
      base.filter((op) => op.f === 'read' && op.type === 'ok'),
    );
    const spoil = (by: object): History =>
      base.map(
        (op): Operation => (op === read ? { ...op, value: { ...Object(op.value), ...by } } : op),
      );
    const { anomalies } = await reduced('bank', spoil({ a0: 1e6 }));
    assert.equal(anomalies?.[0]?.operations.at(-1)?.index, read.index);
    const said = await reduced('bank', spoil({ a0: -5 }));
    assert.ok((said.anomalies?.[0]?.operations.length ?? 0) > 1);
  });

  it('leaves of small histories of transactions what cannot be, as all possible executions show', async () => {
    let seen = 0;
    for (let seed = 0; seed < 150; seed += 1) {
      const random = stream(seed, 'reduce');
      const kind = pick(random, ['list', 'register'] as const);
      const history = randomHistory(random, {
        kind,
        transactions: 4 + random.below(8),
        keys: 1 + random.below(3),
        spoilOneIn: pick(random, [0, 4, 12]),
        outcomes: random.below(2) === 0,
        readsAll: random.below(2) === 0,
        isolation: pick(random, ['serial', 'snapshot', 'none'] as const),
      });
      const result = await reduced(kind === 'list' ? 'list-append' : 'rw-register', history);
      const [first] = result.anomalies ?? [];
      if (result.valid !== false || first === undefined) continue;
      assert.ok(result['reduced'] !== undefined, `seed ${seed}`);
      if (pairs(first.operations).length > 6) continue;
      seen += 1;
      const how = { isolation: 'serializable', order: 'realtime' } as const;
      assert.ok(!isPossible(first.operations, how), `seed ${seed}: ${first.explanation}`);
    }
    assert.ok(seen > 30, `${seen}`);
  });
});

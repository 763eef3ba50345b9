import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accessesOf } from '#checkers/causal/accesses';
import type { CheckResult } from '#checkers/checker';
import { linearizable } from '#checkers/linearizable';
import { weakerThanLinearizable } from '#checkers/weaker';
import type { History, Operation } from '#src/history/operation';
import { pick, type Random, stream } from '#src/random/random';
import { renumbered } from './valid.ts';

const runs = Math.ceil(1000 * Number(process.env['DISSENT_FUZZ'] ?? 1));

/** Operations one after the other: real time matters to none of these models. */
function draw(random: Random): History {
  const count = 2 + random.below(5);
  return renumbered(
    Array.from({ length: count }, (_, n) => {
      const key = pick(random, ['x', 'x', 'y']);
      const found = pick(random, [null, ...Array.from({ length: count }, (__, i) => i + 1)]);
      const kind = random.below(5);
      const base = { index: 0, time: 0, process: random.below(3), key };
      const one = (f: string, asked: unknown, told: unknown): Operation[] => [
        { ...base, type: 'invoke', f, value: asked },
        { ...base, type: 'ok', f, value: told },
      ];
      if (kind < 2) return one('write', n + 1, n + 1);
      return kind === 2 ? one('cas', [found, n + 1], [found, n + 1]) : one('read', null, found);
    }).flat(),
  );
}

interface Done {
  readonly process: unknown;
  readonly key: number;
  readonly source: number | undefined;
  readonly writes: boolean;
}

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((one) =>
        permutations(items.filter((other) => other !== one)).map((rest) => [one, ...rest]),
      );

function isSequential(all: readonly Done[]): boolean {
  const extend = (order: readonly number[]): boolean => {
    if (order.length === all.length) return true;
    return all.some((one, i) => {
      if (order.includes(i)) return false;
      if (all.some((other, j) => j < i && other.process === one.process && !order.includes(j)))
        return false;
      const last = order.findLast((j) => all[j]?.writes && all[j]?.key === one.key) ?? -1;
      return (one.source === undefined || one.source === last) && extend([...order, i]);
    });
  };
  return extend([]);
}

/** Some order of all versions, the first one (-1) first, in which nobody sees what is older than is due. */
function holds(all: readonly Done[], guarantee: string): boolean {
  const writes = all.flatMap(({ writes: isWrite }, i) => (isWrite ? [i] : []));
  return permutations(writes).some((order) => {
    const rank = (version: number): number => (version === -1 ? -1 : order.indexOf(version));
    return all.every((one, i) => {
      if (one.writes && one.source !== undefined && rank(one.source) >= rank(i)) return false;
      return all.slice(0, i).every((earlier, j) => {
        if (earlier.process !== one.process || earlier.key !== one.key) return true;
        if (guarantee === 'monotonic-writes')
          return !earlier.writes || !one.writes || rank(j) < rank(i);
        if (one.source === undefined) return true;
        if (guarantee === 'read-your-writes') return !earlier.writes || rank(j) <= rank(one.source);
        return earlier.source === undefined || rank(earlier.source) <= rank(one.source);
      });
    });
  });
}

describe('what is weaker than linearizable', function () {
  this.timeout(0);

  it('is what all possible orders of small histories say', () => {
    const tally: Record<string, number> = {};
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const history = draw(stream(seed, 'weaker'));
        const accesses = accessesOf(history, [null]);
        if ('kind' in accesses || accesses.thinAir.length > 0) return;
        const { stillHolds, ruledOut, undecided } = weakerThanLinearizable(history, [null], 10_000);
        const said = `${JSON.stringify({ stillHolds, ruledOut })}\n${history.map((op) => `${op.process} ${op.type} ${op.f} ${op.key} ${JSON.stringify(op.value)}`).join('\n')}`;
        const expect = (
          model: 'sequential' | 'read-your-writes' | 'monotonic-reads' | 'monotonic-writes',
          isTrue: boolean,
        ) => {
          tally[`${model} ${isTrue}`] = (tally[`${model} ${isTrue}`] ?? 0) + 1;
          assert.ok(
            (isTrue ? stillHolds : ruledOut).includes(model),
            `${model} ${isTrue}: ${said}`,
          );
          assert.ok(!undecided.includes(model));
        };
        expect('sequential', isSequential(accesses.all));
        for (const guarantee of [
          'read-your-writes',
          'monotonic-reads',
          'monotonic-writes',
        ] as const) {
          expect(guarantee, holds(accesses.all, guarantee));
        }
        // Each model is stronger than those after it.
        if (stillHolds.includes('sequential')) assert.ok(stillHolds.includes('causal'), said);
        if (stillHolds.includes('causal')) assert.ok(stillHolds.includes('monotonic-reads'), said);
      }),
      { numRuns: runs, endOnFailure: true },
    );
    assert.ok(Object.keys(tally).length >= 7, JSON.stringify(tally));
    if (runs > 1000) console.log(`      ${JSON.stringify(tally)}`);
  });

  const told = (history: History, init?: unknown): CheckResult =>
    linearizable({ model: 'cas-register', ...(init === undefined ? {} : { init }) }).check({
      history,
      timeLimitMs: 10_000,
    }) as CheckResult;
  const lines = (
    ...ops: readonly (readonly [process: number, f: string, value: unknown])[]
  ): History =>
    renumbered(
      ops.flatMap(([process, f, value]): Operation[] => [
        {
          index: 0,
          time: 0,
          process,
          f,
          key: 'x',
          type: 'invoke',
          value: f === 'read' ? null : value,
        },
        { index: 0, time: 0, process, f, key: 'x', type: 'ok', value },
      ]),
    );

  it('is told with the verdict, in one sentence', () => {
    const stale = told(lines([0, 'write', 1], [0, 'write', 2], [1, 'read', 1]));
    assert.equal(stale.valid, false);
    assert.deepEqual(stale['ruledOut'], []);
    assert.ok((stale['stillHolds'] as string[]).includes('sequential'));
    assert.match(
      stale.anomalies?.[0]?.explanation ?? '',
      /what still holds is sequential consistency, causal/,
    );
    const back = told(lines([0, 'write', 1], [0, 'write', 2], [1, 'read', 2], [1, 'read', 1]));
    assert.deepEqual(back['ruledOut'], ['sequential', 'causal']);
    const own = told(lines([0, 'write', 1], [0, 'read', null]));
    assert.ok((own['ruledOut'] as string[]).includes('read-your-writes'));
    const air = told(lines([0, 'write', 1], [1, 'read', 9]));
    assert.deepEqual(air['stillHolds'], []);
  });

  it('is not known where values are written twice, and nil is no value where it was not there', () => {
    const twice = told(lines([0, 'write', 1], [0, 'write', 2], [0, 'write', 1], [1, 'read', 2]));
    assert.equal(twice.valid, false);
    assert.equal((twice['undecided'] as string[]).length, 6);
    const silent = told(
      lines([0, 'write', 1], [0, 'write', 2], [1, 'read', null], [1, 'read', 1]),
      0,
    );
    assert.ok((silent['stillHolds'] as string[]).includes('sequential'));
  });
});

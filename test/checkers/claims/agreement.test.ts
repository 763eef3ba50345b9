import assert from 'node:assert/strict';
import fc from 'fast-check';
import { causal } from '#checkers/causal';
import type { Checker, CheckResult } from '#checkers/checker';
import { nothingRead } from '#checkers/found';
import { longFork } from '#checkers/long-fork';
import { monotonic } from '#checkers/monotonic';
import type { History, Operation } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import { pick, type Random, stream } from '#src/random/random';
import { anyOrder, isCausal, isLinearizable, onlyGrows, realtime, sameProcess } from './oracle.ts';
import { renumbered, validHistory, workloadNamed } from './valid.ts';

/** DISSENT_FUZZ multiplies the number of histories: 100 makes over a hundred thousand of each kind. */
const runs = Math.ceil(1000 * Number(process.env['DISSENT_FUZZ'] ?? 1));

interface Tally {
  right: number;
  wrong: number;
}

/** The seed is what fast-check prints when a history is judged wrongly. */
function compare(compareOne: (random: Random, tally: Tally) => void): void {
  const tally = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(fc.integer(), (seed) => compareOne(stream(seed, 'agreement'), tally)),
    { numRuns: runs, endOnFailure: true },
  );
  // A comparison in which one side never comes up shows nothing.
  // The rarest comes about twenty times in a thousand.
  assert.ok(tally.right > runs / 500 && tally.wrong > runs / 500, JSON.stringify(tally));
  if (runs > 1000) console.log(`      ${JSON.stringify(tally)}`);
}

/** Whether there is nothing wrong with it, which of a history without answers the checkers do not call valid. */
function validOf(checker: Checker, history: History): boolean {
  const { valid, reason } = checker.check({ history, timeLimitMs: 60_000 }) as CheckResult;
  return valid === true || reason === nothingRead;
}

const show = (history: History): string =>
  history
    .map(
      ({ index, type, process: p, f, key, value }) =>
        `${index} ${p} ${type} ${f} ${key ?? ''} ${JSON.stringify(value)}`,
    )
    .join('\n');

/** Operations of a few processes, overlapping at random. */
function overlapping(
  random: Random,
  count: number,
  processes: number,
  draw: (n: number) => { readonly invoke: object; readonly completion: object },
): History {
  const lines: Operation[] = [];
  const open = new Map<number, object>();
  let begun = 0;
  while (begun < count || open.size > 0) {
    const p = random.below(processes);
    const completion = open.get(p);
    const base = { index: 0, time: 0, process: p, f: '', type: 'invoke' as const };
    if (completion !== undefined) {
      open.delete(p);
      lines.push({ ...base, ...completion });
    } else if (begun < count) {
      const { invoke, completion: later } = draw(begun);
      begun += 1;
      open.set(p, later);
      lines.push({ ...base, ...invoke });
    }
  }
  return renumbered(lines);
}

describe('claims: the checkers and all possible orders of small histories', function () {
  this.timeout(0);

  for (const [order, precedes] of [
    ['none', anyOrder],
    ['process', sameProcess],
    ['realtime', realtime],
  ] as const) {
    it(`monotonic says what an oracle says, with the order ${order}`, () => {
      compare((random, tally) => {
        const history = overlapping(random, 2 + random.below(5), 1 + random.below(4), () => {
          if (random.below(4) === 0) {
            const key = pick(random, ['x', 'y']);
            const value = 1 + random.below(3);
            return { invoke: { f: 'inc', key }, completion: { type: 'ok', f: 'inc', key, value } };
          }
          const count = () => pick(random, [null, 1, 2, 3]);
          const value = pick(random, [{ x: count() }, { x: count(), y: count() }, { y: count() }]);
          return { invoke: { f: 'read' }, completion: { type: 'ok', f: 'read', value } };
        });
        const observed = pairs(history).map((pair) => ({ pair, seen: seenBy(pair) }));
        const twice = observed
          .filter(({ pair }) => pair.invoke.f === 'inc')
          .map(({ seen }) => JSON.stringify(seen));
        const expected = onlyGrows(observed, precedes) && new Set(twice).size === twice.length;
        tally[expected ? 'right' : 'wrong'] += 1;
        assert.equal(validOf(monotonic({ order }), history), expected, show(history));
      });
    });
  }

  it('long-fork says what an oracle says', () => {
    compare((random, tally) => {
      const keys = ['x', 'y', 'z'];
      const reads = 2 + random.below(3);
      const history = overlapping(random, reads + keys.length, 3, (n) => {
        const value =
          n < keys.length
            ? [['w', keys[n], 1]]
            : keys.slice(random.below(2)).map((key) => ['r', key, pick(random, [null, 1])]);
        return { invoke: { f: 'txn', value }, completion: { type: 'ok', f: 'txn', value } };
      });
      const observed = pairs(history)
        .filter(({ invoke }) => (invoke.value as string[][])[0]?.[0] === 'r')
        .map((pair) => ({
          pair,
          seen: Object.fromEntries(
            ((pair.completion?.value ?? []) as [string, string, unknown][]).map(
              ([, key, value]) => [key, value === null ? 0 : 1],
            ),
          ),
        }));
      const expected = onlyGrows(observed, anyOrder);
      tally[expected ? 'right' : 'wrong'] += 1;
      assert.equal(validOf(longFork(), history), expected, show(history));
    });
  });

  it('causal says what an oracle says', () => {
    compare((random, tally) => {
      const count = 2 + random.below(5);
      const history = overlapping(random, count, 1 + random.below(3), (n) => {
        const key = pick(random, ['x', 'y']);
        const found = pick(random, [null, ...Array.from({ length: count }, (_, i) => i + 1)]);
        switch (random.below(5)) {
          case 0:
          case 1:
            return {
              invoke: { f: 'write', key, value: n + 1 },
              completion: { type: 'ok', f: 'write', key, value: n + 1 },
            };
          case 2:
            return {
              invoke: { f: 'cas', key, value: [found, n + 1] },
              completion: { type: 'ok', f: 'cas', key, value: [found, n + 1] },
            };
          default:
            return {
              invoke: { f: 'read', key, value: null },
              completion: { type: 'ok', f: 'read', key, value: found },
            };
        }
      });
      const accesses = pairs(history).map(({ invoke, completion }) => {
        const { f, key = '', process: p } = invoke;
        const [from, to] =
          f === 'cas' ? (invoke.value as unknown[]) : [completion?.value, invoke.value];
        return {
          process: p,
          key: String(key),
          ...(f === 'write' ? {} : { finds: from }),
          ...(f === 'read' ? {} : { leaves: to }),
        };
      });
      const expected = isCausal(accesses);
      tally[expected ? 'right' : 'wrong'] += 1;
      assert.equal(validOf(causal(), history), expected, show(history));
    });
  });

  for (const name of ['bank', 'log', 'monotonic', 'causal', 'long-fork']) {
    it(`${name} refuses nothing that one store can have answered`, () => {
      compare((random, tally) => {
        const history = spoilt(name, random);
        const workload = workloadNamed(name, small[name]);
        const isPossible = isLinearizable(history, workload);
        tally[isPossible ? 'right' : 'wrong'] += 1;
        const [checker] = workload.checkers;
        if (isPossible) assert.ok(checker && validOf(checker, history), show(history));
      });
    });
  }
});

/** What an operation saw, as numbers that never fall; an increment is just before what it left. */
function seenBy({ invoke, completion }: Pair): Record<string, number> {
  const value = completion?.value;
  if (invoke.f === 'inc') return { [String(invoke.key)]: Number(value) - 0.5 };
  return Object.fromEntries(
    Object.entries(value as Record<string, number | null>).map(([key, n]) => [key, n ?? 0]),
  );
}

const small: Readonly<Record<string, object>> = {
  bank: { accounts: 2, initial: 3, amountMax: 2 },
  log: { activeKeys: 1 },
  monotonic: { counters: 2 },
  causal: { registers: 2 },
  'long-fork': { activeGroups: 1 },
};

/** A valid history with, perhaps, the answer of one operation given to another, or two lines swapped. */
function spoilt(name: string, random: Random): History {
  const history = validHistory(name, random, {
    operations: 2 + random.below(5),
    concurrency: 1 + random.below(3),
    troubleOneIn: pick(random, [0, 3]),
    options: small[name] ?? {},
  });
  const answers = history.filter(
    ({ type, f }) => type === 'ok' && f !== 'transfer' && f !== 'write',
  );
  if (answers.length < 2) return history;
  const [to, from] = [pick(random, answers), pick(random, answers)];
  if (to.f !== from.f || to.key !== from.key) return history;
  return history.map((op) => (op === to ? { ...op, value: from.value } : op));
}

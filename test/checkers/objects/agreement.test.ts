import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CheckResult } from '#checkers/checker';
import type { History } from '#src/history/operation';
import { stream } from '#src/random/random';
import { corrupted } from './corrupt.ts';
import {
  counterSubject,
  lockSubject,
  type Subject,
  setFullSubject,
  subjects,
  totalQueueSubject,
  uniqueIdsSubject,
} from './kinds.ts';
import {
  counterOracle,
  lockOracle,
  type Oracle,
  setFullOracle,
  totalQueueOracle,
  uniqueIdsOracle,
} from './oracles.ts';
import { simulated, small } from './simulate.ts';

/** DISSENT_FUZZ multiplies the number of histories: 150 makes over a hundred thousand of each kind. */
const runs = Math.ceil(700 * Number(process.env['DISSENT_FUZZ'] ?? 1));

const verdictOf = ({ checker }: Subject, history: History): CheckResult => {
  const result = checker.check({ history, timeLimitMs: 60_000 });
  assert.ok(!(result instanceof Promise));
  return result;
};

const told = (history: History): string =>
  history
    .map(({ type, process, f, value }) => `${type} ${process} ${f} ${JSON.stringify(value)}`)
    .join('\n');

function agree(subject: Subject, oracle: Oracle): void {
  let impossible = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = stream(seed, 'objects');
      const history = corrupted(random, simulated(random, subject, small(random)));
      const isPossible = oracle(history);
      if (!isPossible) impossible += 1;
      const { valid, anomalies } = verdictOf(subject, history);
      assert.equal(valid === false, !isPossible, `${valid}, not ${isPossible}:\n${told(history)}`);
      assert.equal((anomalies ?? []).length > 0, !isPossible);
      for (const { name, operations, explanation } of anomalies ?? []) {
        const alone = verdictOf(subject, operations).anomalies?.map((one) => one.name) ?? [];
        assert.ok(
          alone.includes(name),
          `by itself it is [${alone.join()}]: ${name}: ${explanation}`,
        );
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
  // Both answers have to be asked for often.
  assert.ok(impossible > runs / 10 && impossible < (runs * 9) / 10, `${impossible} of ${runs}`);
}

describe('objects: the checkers and all possibilities of small histories', () => {
  for (const [subject, oracle] of [
    [setFullSubject, setFullOracle],
    [counterSubject, counterOracle],
    [totalQueueSubject, totalQueueOracle],
    [lockSubject, lockOracle],
    [uniqueIdsSubject, uniqueIdsOracle],
  ] as const) {
    it(`${subject.name} says no exactly when it cannot be`, function () {
      this.timeout(0);
      agree(subject, oracle);
    });
  }
});

describe('objects: histories of a perfect store', () => {
  for (const subject of subjects) {
    it(`${subject.name} never raises a false alarm`, function () {
      this.timeout(0);
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const random = stream(seed, 'valid');
          const history = simulated(random, subject, {
            operations: 20 + random.below(200),
            clients: 1 + random.below(10),
            troubleOneIn: 2 + random.below(30),
            activeKeys: 1 + random.below(3),
            operationsPerKey: 10 + random.below(100),
          });
          const { valid, reason } = verdictOf(subject, history);
          assert.notEqual(valid, false, `${reason}\n${told(history)}`);
        }),
        { numRuns: Math.ceil(runs / 10), endOnFailure: true },
      );
    });
  }
});

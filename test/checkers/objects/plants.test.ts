import assert from 'node:assert/strict';
import { validateHistory } from '#src/history/index';
import type { History } from '#src/history/operation';
import { stream } from '#src/random/random';
import { type Subject, subjects } from './kinds.ts';
import { plants } from './plants.ts';
import { large, simulated } from './simulate.ts';

/** DISSENT_FUZZ=100 looks at 100 000 operations, too. */
const factor = Number(process.env['DISSENT_FUZZ'] ?? 1);
const lengths = [
  1000,
  3000,
  ...(factor >= 10 ? [10_000] : []),
  ...(factor >= 100 ? [100_000] : []),
];

const judge = async ({ checker }: Subject, history: History) =>
  await checker.check({ history, timeLimitMs: 60_000 });

describe('objects: anomalies that were planted', () => {
  for (const subject of subjects) {
    for (const [name, plant] of Object.entries(plants[subject.name] ?? {})) {
      it(`${subject.name}: ${name} is found, named and told with its operations`, async function () {
        this.timeout(0);
        for (const operations of lengths) {
          const random = stream(operations, name);
          let planted: History | undefined;
          for (let tries = 0; planted === undefined && tries < 20; tries += 1) {
            const valid = simulated(random, subject, large(operations));
            if (tries === 0) assert.equal((await judge(subject, valid)).valid, true);
            planted = plant(valid, random);
          }
          assert.ok(planted, `no place for ${name} in ${operations} operations`);
          validateHistory(planted);
          const { valid, anomalies = [] } = await judge(subject, planted);
          assert.equal(valid, false);
          const anomaly = anomalies.find((one) => one.name === name);
          assert.ok(anomaly, `${name} in ${anomalies.map((one) => one.name).join()}`);
          assert.ok(anomaly.explanation.length > 40 && anomaly.operations.length >= 2);
          // The planted one, and what follows from it, is all that is found.
          assert.ok(anomalies.length <= 8, `${anomalies.length} anomalies`);
        }
      });
    }
  }
});

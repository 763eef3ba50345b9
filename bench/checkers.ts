/**
 * How fast the checkers are on long valid histories, and whether the time grows in line with the length: each row is measured at
 * a tenth of its length and at the whole.
 *
 *     npm run bench:checkers [-- name ...]
 */

import type { Checker } from '#checkers/checker';
import { listAppend } from '#checkers/list-append';
import { rwRegister } from '#checkers/rw-register';
import type { History } from '#src/history/operation';
import { stream } from '#src/random/random';
import { validHistory, workloadNamed } from '#test/checkers/claims/valid';
import { subjects } from '#test/checkers/objects/kinds';
import { large, simulated } from '#test/checkers/objects/simulate';
import { simulate, simulation } from '#test/checkers/transactions/simulate';

interface Bench {
  readonly name: string;
  readonly checker: Checker;
  /** A valid history with this many operations. */
  readonly history: (operations: number) => History;
  readonly operations: number;
  /** What the whole length may take, in seconds, and hold, in MB with the history. */
  readonly targetSeconds: number;
  readonly targetMegabytes: number;
}

const transactions = (kind: 'list' | 'register', clients: number) => (operations: number) =>
  simulate(stream(1, 'bench'), {
    ...simulation,
    kind,
    clients,
    transactions: operations,
    activeKeys: 10,
    writesPerKey: 32,
    troubleOneIn: 100,
  });

const benches: readonly Bench[] = [
  {
    name: 'list-append, 20 clients',
    checker: listAppend(),
    history: transactions('list', 20),
    operations: 1_000_000,
    targetSeconds: 30,
    targetMegabytes: 4096,
  },
  {
    name: 'list-append, 200 clients',
    checker: listAppend(),
    history: transactions('list', 200),
    operations: 1_000_000,
    targetSeconds: 30,
    targetMegabytes: 4096,
  },
  {
    name: 'rw-register, 20 clients',
    checker: rwRegister(),
    history: transactions('register', 20),
    operations: 1_000_000,
    targetSeconds: 30,
    targetMegabytes: 4096,
  },
  ...['bank', 'monotonic', 'log'].map(
    (name): Bench => ({
      name: `${name}, 20 clients`,
      checker: workloadNamed(name).checkers[0] as Checker,
      history: (operations) =>
        validHistory(name, stream(1, 'bench'), { operations, concurrency: 20, troubleOneIn: 100 }),
      operations: 1_000_000,
      targetSeconds: name === 'bank' ? 5 : 60,
      targetMegabytes: 4096,
    }),
  ),
  ...subjects.map(
    (subject): Bench => ({
      name: `${subject.name}, 20 clients`,
      checker: subject.checker,
      history: (operations) => simulated(stream(1, 'bench'), subject, large(operations)),
      operations: 1_000_000,
      targetSeconds: 5,
      targetMegabytes: 4096,
    }),
  ),
];

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

async function measure({ checker, history }: Bench, operations: number): Promise<Measured> {
  const made = history(operations);
  globalThis.gc?.();
  const startedMs = performance.now();
  const result = await checker.check({ history: made, timeLimitMs: 600_000 });
  const seconds = (performance.now() - startedMs) / 1000;
  if (result.valid !== true) {
    throw new Error(`${checker.name} says ${result.valid} of a valid history: ${result.reason}`);
  }
  return { seconds, megabytes: process.resourceUsage().maxRSS / 1024 };
}

/** Prints one row; whether it reached its target. */
async function row(bench: Bench): Promise<boolean> {
  const { name, operations, targetSeconds, targetMegabytes } = bench;
  const tenth = await measure(bench, operations / 10);
  const whole = await measure(bench, operations);
  const reached = whole.seconds <= targetSeconds && whole.megabytes <= targetMegabytes;
  console.log(
    [
      name.padEnd(28),
      operations.toLocaleString('en').padStart(11),
      `${tenth.seconds.toFixed(2)} s`.padStart(10),
      `${whole.seconds.toFixed(2)} s`.padStart(10),
      `${(whole.seconds / tenth.seconds / 10).toFixed(2)}`.padStart(9),
      `${(targetSeconds / whole.seconds).toFixed(1)}x`.padStart(9),
      `${whole.megabytes.toFixed(0)} MB`.padStart(11),
      reached ? '  reached' : '  MISSED',
    ].join(''),
  );
  return reached;
}

const wanted = process.argv.slice(2);
console.log(
  'checker                       operations   a tenth  the whole  growth*   target     memory**',
);
let missed = 0;
for (const bench of benches) {
  const isWanted = wanted.length === 0 || wanted.some((word) => bench.name.includes(word));
  if (isWanted && !(await row(bench))) missed += 1;
}
console.log(
  '*  time of the whole over ten times that of a tenth: 1 is linear\n** largest so far of the process, with the history',
);
process.exitCode = missed === 0 ? 0 : 1;

/** Which workload a seed runs, and with how much contention. */

import { weighted } from '#nemesis/weighted';
import { shippedWorkloads } from '#workloads/index';
import { BadInput } from '../errors.ts';
import { pick, type Random } from '../random/random.ts';
import { systems } from '../systems/index.ts';
import type { HuntSubject } from './subject.ts';

interface Drawn {
  readonly workload: string;
  readonly workloadOptions: Readonly<Record<string, unknown>>;
}

/** Few keys and long lists: what is lost or doubled in the middle of one shows in every later read. */
const drawTransactions = (random: Random): Readonly<Record<string, unknown>> => ({
  activeKeys: weighted(random, [
    [1, 1],
    [2, 2],
    [5, 1],
  ] as const),
  writesPerKey: weighted(random, [
    [30, 2],
    [100, 1],
    [5, 1],
  ] as const),
  stepsMax: weighted(random, [
    [4, 2],
    [1, 1],
  ] as const),
});

/** Objects that live long show what is lost in the middle; short ones, what happens to a new one. */
const drawKeyed =
  (operations: readonly [number, number, number]) =>
  (random: Random): Readonly<Record<string, unknown>> => ({
    activeKeys: weighted(random, [
      [1, 3],
      [2, 2],
      [5, 1],
    ] as const),
    operationsPerKey: weighted(random, [
      [operations[1], 2],
      [operations[0], 1],
      [operations[2], 1],
    ] as const),
    keys: weighted(random, [
      ['uniform', 2],
      ['zipf', 1],
      ['hot', 1],
    ] as const),
  });

/** Few keys make contention, which is what shows stale reads and lost updates. */
const drawn: Readonly<Record<string, (random: Random) => Readonly<Record<string, unknown>>>> = {
  'list-append': drawTransactions,
  'rw-register': drawTransactions,
  set: drawKeyed([20, 60, 120]),
  'set-full': drawKeyed([30, 200, 1000]),
  counter: (random) => ({
    // Sums of amounts whose adds may or may not have happened are the hardest that there is to decide: 300 took minutes (paxos seed 53028682).
    ...drawKeyed([20, 60, 120])(random),
    negativeShare: weighted(random, [
      [0.3, 2],
      [0, 1],
    ] as const),
  }),
  queue: drawKeyed([20, 80, 200]),
  'total-queue': drawKeyed([30, 200, 1000]),
  lock: drawKeyed([10, 40, 200]),
  store: drawKeyed([8, 20, 40]),
  register: (random) => ({
    activeKeys: weighted(random, [
      [1, 3],
      [2, 2],
      [5, 1],
    ] as const),
    operationsPerKey: weighted(random, [
      [150, 2],
      [40, 1],
      [600, 1],
      // Often something happens to a key for the first time.
      [8, 1],
    ] as const),
    readShare: weighted(random, [
      [0.5, 2],
      [0.2, 2],
      [0.8, 1],
      // Hardly any writes: who missed some may have missed nothing that matters.
      [0.95, 1],
    ] as const),
  }),
};

/** These see most: reads that are stale, writes that are lost, doubled or out of order, and whatever a command may be told wrongly. They are half of all. */
const sharpest = ['register', 'register', 'list-append', 'store'];

function pickWorkload(random: Random, served: readonly string[]): string {
  const sharp = sharpest.filter((name) => served.includes(name));
  return pick(random, sharp.length > 0 && random.below(2) === 0 ? sharp : served);
}

/** Throws BadInput for a system or workload that is not there, or that do not fit each other. */
export function drawWorkload({ system, workload }: HuntSubject, random: Random): Drawn {
  const kind = systems.get(system);
  if (kind === undefined) {
    throw new BadInput(`unknown system "${system}"; there are: ${[...systems.keys()].join(', ')}`);
  }
  const served = kind.workloads ?? [...shippedWorkloads.keys()];
  const name = workload ?? pickWorkload(random, served);
  return { workload: name, workloadOptions: drawn[name]?.(random) ?? {} };
}

/** Which workload a seed runs, and with how much contention. */

import { weighted } from '#nemesis/weighted';
import { workloads } from '#workloads/index';
import { BadInput } from '../errors.ts';
import { pick, type Random } from '../random/random.ts';
import { systems } from '../systems/index.ts';
import type { HuntSubject } from './jobs.ts';

interface Drawn {
  readonly workload: string;
  readonly workloadOptions: Readonly<Record<string, unknown>>;
}

/** Few keys make contention, which is what shows stale reads and lost updates. */
const drawn: Readonly<Record<string, (random: Random) => Readonly<Record<string, unknown>>>> = {
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
    ] as const),
    readShare: weighted(random, [
      [0.5, 3],
      [0.2, 1],
      [0.8, 1],
    ] as const),
  }),
};

/** Throws BadInput for a system or workload that is not there, or that do not fit each other. */
export function drawWorkload({ system, workload }: HuntSubject, random: Random): Drawn {
  const kind = systems.get(system);
  if (kind === undefined) {
    throw new BadInput(`unknown system "${system}"; there are: ${[...systems.keys()].join(', ')}`);
  }
  const served = kind.workloads ?? [...workloads.keys()].filter((name) => name !== 'consensus');
  const name = workload ?? pick(random, served);
  return { workload: name, workloadOptions: drawn[name]?.(random) ?? {} };
}

/**
 * One seed, one test on real processes: short, so that many fit into an evening, with a schedule drawn as for `dissent test`. What is
 * drawn: the workload and its keys, the size of the cluster, the rate, which faults there are and how fast they follow each other.
 */

import { faultsOf } from '#nemesis/index';
import { weighted } from '#nemesis/weighted';
import { shuffle, stream } from '../random/random.ts';
import { buildSpec } from '../run/build-spec.ts';
import type { TestSpec } from '../run/spec.ts';
import type { HuntSubject } from './subject.ts';
import { drawWorkload } from './swarm-workloads.ts';

/** Every machine can do these, and every system has to withstand them. */
export const usualKinds: readonly string[] = [
  'partition',
  'kill',
  'pause',
  'flapping',
  'slow-link',
  'loss',
  'reset',
  'client-cut',
];

/** How long a healed cluster may take to serve everybody, ms: a hunt has no time to wait for more. */
const recoveryTimeoutMs = 10_000;

/** The test that this seed stands for. Throws BadInput for a subject that cannot be hunted. */
export function drawRealTest(subject: HuntSubject, seed: number): TestSpec {
  const sizes = stream(seed, 'real-hunt/sizes');
  const kinds = shuffle(
    stream(seed, 'real-hunt/kinds'),
    faultsOf(subject.nemesis ?? usualKinds).map(({ kind }) => kind),
  );
  const nodes = weighted(sizes, [
    [3, 3],
    [5, 2],
  ] as const);
  const count = weighted(sizes, [
    [1, 1],
    [2, 3],
    [3, 2],
  ] as const);
  const { workload, workloadOptions } = drawWorkload(subject, stream(seed, 'real-hunt/workload'));
  return buildSpec(
    {
      name: `hunt-${subject.system}`,
      system: subject.system,
      systemOptions: subject.systemOptions ?? {},
      workload,
      workloadOptions,
      nemesis: kinds.slice(0, count),
      intensity: weighted(sizes, [
        ['normal', 3],
        ['hell', 2],
        ['calm', 1],
      ] as const),
      nodes,
      clients:
        nodes *
        weighted(sizes, [
          [1, 1],
          [2, 2],
          [3, 1],
        ] as const),
      rate: weighted(sizes, [
        [60, 1],
        [150, 2],
        [300, 1],
      ] as const),
      time: 6 + sizes.below(5),
      opTimeoutMs: weighted(sizes, [
        [500, 1],
        [1000, 2],
      ] as const),
      recoveryTimeoutMs,
      world: 'real',
    },
    seed,
  );
}

/** All faults. A new one is one more file here and one more line below. */

import { BadInput } from '#src/errors';
import type { Fault } from './fault.ts';
import { kill } from './kill.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';

export type { Fault, Firing, Injected } from './fault.ts';
export { kill, partition, pause };

/** Every fault that ships, in the order in which `dissent list` shows them. */
export const faults: readonly Fault[] = [partition, kill, pause];

/** The faults of these kinds, each once. Throws BadInput that names an unknown kind and the known ones. */
export function faultsOf(
  kinds: readonly string[],
  known: readonly Fault[] = faults,
): readonly Fault[] {
  return [...new Set(kinds)].map((kind) => {
    const fault = known.find((candidate) => candidate.kind === kind);
    if (fault !== undefined) return fault;
    const allowed = known.map((candidate) => candidate.kind).join(', ');
    throw new BadInput(`unknown fault ${JSON.stringify(kind)}; allowed: ${allowed}`);
  });
}

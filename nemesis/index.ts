/** All faults. A new one is one more file here and one more line below. */

import { BadInput } from '#src/errors';
import { bandwidth } from './bandwidth.ts';
import { clientCut } from './client-cut.ts';
import type { Fault } from './fault.ts';
import { flapping } from './flapping.ts';
import { kill } from './kill.ts';
import { loss } from './loss.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { reset } from './reset.ts';
import { slicer } from './slicer.ts';
import { slowCpu } from './slow-cpu.ts';
import { slowLink } from './slow-link.ts';

export type { Aim, During, Fault, Firing, Injected, Plan } from './fault.ts';
export {
  bandwidth,
  clientCut,
  flapping,
  kill,
  loss,
  partition,
  pause,
  reset,
  slicer,
  slowCpu,
  slowLink,
};

/** Faults by kind. */
export type Faults = ReadonlyMap<string, Fault>;

const shipped: readonly Fault[] = [
  partition,
  flapping,
  slowLink,
  loss,
  bandwidth,
  slicer,
  reset,
  clientCut,
  kill,
  pause,
  slowCpu,
];

/** Every fault that ships, by kind, in the order in which `dissent list` shows them. */
export const faults: Faults = new Map(shipped.map((fault) => [fault.kind, fault]));

/** The faults of these kinds, each once. Throws BadInput that names an unknown kind and the known ones. */
export function faultsOf(kinds: readonly string[], known: Faults = faults): readonly Fault[] {
  return [...new Set(kinds)].map((kind) => {
    const fault = known.get(kind);
    if (fault !== undefined) return fault;
    const allowed = [...known.keys()].join(', ');
    throw new BadInput(`unknown fault ${JSON.stringify(kind)}; allowed: ${allowed}`);
  });
}

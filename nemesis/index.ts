/** All faults. A new one that ships is one more file here and one more line below; docs/write-a-fault.md shows one that does not. */

import { BadInput } from '#src/errors';
import { bandwidth } from './bandwidth.ts';
import { clientCut } from './client-cut.ts';
import { clock } from './clock.ts';
import { damage } from './damage.ts';
import { disk } from './disk.ts';
import type { Fault } from './fault.ts';
import { flapping } from './flapping.ts';
import { kill } from './kill.ts';
import { loss } from './loss.ts';
import { membership } from './membership.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { powerLoss } from './power-loss.ts';
import { reset } from './reset.ts';
import { slicer } from './slicer.ts';
import { slowCpu } from './slow-cpu.ts';
import { slowLink } from './slow-link.ts';
import { userFault } from './user-fault.ts';

/** For the schemas of faults: the one that this package checks them with. */
export { z } from 'zod';
export type { Aim, During, Fault, Firing, Injected, Plan } from './fault.ts';
export {
  bandwidth,
  clientCut,
  clock,
  damage,
  disk,
  flapping,
  kill,
  loss,
  membership,
  partition,
  pause,
  powerLoss,
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
  powerLoss,
  clock,
  disk,
  damage,
  membership,
];

const known = new Map(shipped.map((fault) => [fault.kind, fault]));

/** Every fault that ships, and those that were added, by kind, in the order in which `dissent list` shows them. */
export const faults: Faults = known;

/** The kinds that ship. */
export const shippedKinds: readonly string[] = shipped.map(({ kind }) => kind);

/** Those of them that can be had: what a seed draws from must not depend on what else was added. */
export const drawnKinds: readonly string[] = shipped
  .filter(({ worlds }) => worlds === undefined || worlds.length > 0)
  .map(({ kind }) => kind);

/**
 * Makes a fault of a user's own known by its kind, for schedules and for `--nemesis`. Adding the one of a kind again replaces it.
 * Throws BadInput when the value is not a fault, or has the kind of one that ships.
 */
export function addFault(value: unknown, source = 'the fault'): Fault {
  const fault = userFault(value, source);
  if (shippedKinds.includes(fault.kind)) {
    throw new BadInput(
      `${source} calls itself "${fault.kind}", as a fault that ships does.\nnext: give it another kind`,
    );
  }
  known.set(fault.kind, fault);
  return fault;
}

/** Forgets a fault that was added; one that ships stays. Gives whether it was known. */
export const removeFault = (kind: string): boolean =>
  !shippedKinds.includes(kind) && known.delete(kind);

/** `all` stands for every fault that can be had in this world, but for those that want to be called by name. Each kind once. */
export function expandKinds(kinds: readonly string[], world: 'real' | 'sim'): readonly string[] {
  const all = [...known.values()].filter(
    ({ worlds = [world], onlyByName }) => worlds.includes(world) && onlyByName !== true,
  );
  return [
    ...new Set(kinds.flatMap((kind) => (kind === 'all' ? all.map((fault) => fault.kind) : [kind]))),
  ];
}

/** The faults of these kinds, each once. Throws BadInput that names an unknown kind and the known ones. */
export function faultsOf(kinds: readonly string[], among: Faults = faults): readonly Fault[] {
  return [...new Set(kinds)].map((kind) => {
    const fault = among.get(kind);
    if (fault !== undefined) return fault;
    const allowed = [...among.keys()].join(', ');
    throw new BadInput(`unknown fault ${JSON.stringify(kind)}; allowed: ${allowed}`);
  });
}

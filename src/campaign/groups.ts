/** Which faults are played together in one run of a campaign: those of one kind of trouble, and once all of them at a time. */

import { type Faults, faults as shipped } from '#nemesis/index';
import type { Intensity } from '../schedule/slots.ts';

export interface FaultGroup {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly intensity: Intensity;
  /** Length of a run in the real world, s: long enough for each kind to come at least once. */
  readonly seconds: number;
}

export type CampaignWorld = 'real' | 'sim';

const troubles: readonly (readonly [name: string, kinds: readonly string[]])[] = [
  ['cuts', ['partition', 'flapping', 'client-cut']],
  ['links', ['slow-link', 'loss', 'bandwidth', 'slicer', 'reset']],
  ['processes', ['kill', 'pause', 'slow-cpu']],
  ['clocks', ['clock']],
  ['disks', ['disk', 'power-loss', 'damage']],
];

/** Everything else that can be had, so that a fault that is new is not forgotten. */
const restName = 'others';

/** All kinds at once, overlapping: what is seen there cannot be put down to one of them. */
export const stormName = 'storm';

const stormSeconds = 20;

/** A fault with its gap takes about four seconds; a run begins with two quiet ones. */
const secondsOf = (kinds: number): number => Math.min(16, Math.max(10, 3 + 3 * kinds));

/**
 * The groups of a world, in a fixed order. Faults that want to be called by name are more than systems promise to withstand: they are
 * left to the simulated world, whose judge knows what may still be asked of a damaged node.
 */
export function groupsOf(world: CampaignWorld, among: Faults = shipped): readonly FaultGroup[] {
  const had = [...among.values()]
    .filter(
      ({ worlds = [world], onlyByName }) =>
        worlds.includes(world) && (world === 'sim' || !onlyByName),
    )
    .map(({ kind }) => kind);
  const named = new Set(troubles.flatMap(([, kinds]) => kinds));
  const rest = had.filter((kind) => !named.has(kind));
  const groups = [...troubles, [restName, rest] as const].flatMap(([name, kinds]): FaultGroup[] => {
    const own = kinds.filter((kind) => had.includes(kind));
    if (own.length === 0) return [];
    return [{ name, kinds: own, intensity: 'normal', seconds: secondsOf(own.length) }];
  });
  if (groups.length < 2) return groups;
  return [...groups, { name: stormName, kinds: had, intensity: 'hell', seconds: stormSeconds }];
}

/** Names of the groups of both worlds. */
export const groupNames = (): readonly string[] => [
  ...new Set([...groupsOf('real'), ...groupsOf('sim')].map(({ name }) => name)),
];

/**
 * A campaign out of a time budget: how long the simulated world is hunted, and which real run comes next.
 *
 *     |-- hunts: each system, all faults at once, then group by group --|-- real runs: round by round, group by group --|
 *     0                                                           simShare                                        minutes
 */

import type { FaultGroup } from './groups.ts';

/** Part of the time that goes to the simulated world when both are asked for: real runs need theirs, there is no hurrying them. */
export const simShare = 0.3;

/** What a real run takes besides its workload until that was measured, s: starting, healing, final reads, checks. */
export const firstOverheadSeconds = 7;

/** A hunt that is shorter has hardly begun, s. */
const leastHuntSeconds = 4;

export interface HuntCell {
  readonly system: string;
  /** undefined: all faults. */
  readonly group: FaultGroup | undefined;
  readonly seconds: number;
}

/** What hunts of all faults at once are called. */
export const everything = 'everything';

/**
 * Half of the time for hunts that draw from all faults, the rest for one group each; no groups when there is too little time. All of it
 * for the groups where somebody asked for these `only`, as long as the simulated world has any of them (a storm is everything).
 */
export function planHunts(
  systems: readonly string[],
  groups: readonly FaultGroup[],
  seconds: number,
  { only = false }: { readonly only?: boolean } = {},
): HuntCell[] {
  const own = groups.filter(({ intensity }) => intensity !== 'hell');
  const hunts = systems.length * Math.max(1, own.length);
  const isOnly = only && own.length > 0;
  const each = (isOnly ? seconds : seconds / 2) / hunts;
  const byGroup = own.flatMap((group) =>
    systems.map((system) => ({ system, group, seconds: each })),
  );
  if (isOnly) return byGroup;
  const withGroups = own.length > 0 && each >= leastHuntSeconds;
  const whole = (withGroups ? seconds / 2 : seconds) / systems.length;
  const all = systems.map((system) => ({ system, group: undefined, seconds: whole }));
  return withGroups ? [...all, ...byGroup] : all;
}

/** One group under one seed, on every system in turn: the same schedule for all of them. */
export interface RealCell {
  readonly group: FaultGroup;
  readonly seed: number;
  /** In order of running; it is turned round from round to round, so that nobody is always the first. */
  readonly systems: readonly string[];
}

export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** How long a cell takes, s. */
export const cellSeconds = (
  { group, systems }: Pick<RealCell, 'group' | 'systems'>,
  overheadSeconds: number,
): number => systems.length * (group.seconds + overheadSeconds);

/**
 * The real cell at this place, from 0: round by round, group by group. Shards begin with different groups and never share a seed.
 */
export function realCell(
  systems: readonly string[],
  groups: readonly FaultGroup[],
  { seed, shard }: { readonly seed: number; readonly shard: Shard },
  at: number,
): RealCell {
  const round = Math.floor(at / groups.length);
  const group = groups[(at + shard.index - 1) % groups.length];
  if (group === undefined) throw new RangeError('there are no groups of faults');
  return {
    group,
    seed: seed + shard.index - 1 + round * shard.of,
    systems: round % 2 === 0 ? systems : systems.toReversed(),
  };
}

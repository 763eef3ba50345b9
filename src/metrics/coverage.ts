/** Which fault really hit whom: a plan is no evidence, only what took effect is. */

import type { FaultFigures } from './types.ts';

/**
 * What the nodes that a fault hit were at that moment. `leader` and `follower` say who they were, and are not known when nobody
 * led (`leaderless`); the others say how many. One firing can be several: a leader and two followers are a majority of five.
 */
export const hitRoles = [
  'leader',
  'follower',
  'leaderless',
  'minority',
  'majority',
  'all',
] as const;
export type HitRole = (typeof hitRoles)[number];

export interface KindCoverage {
  readonly kind: string;
  readonly installed: number;
  readonly skipped: number;
  readonly failed: number;
  /** How often it took effect on whom; a role that it never hit is left out. */
  readonly hit: Partial<Readonly<Record<HitRole, number>>>;
}

export interface Coverage {
  /** In order of the first firing. */
  readonly kinds: readonly KindCoverage[];
  /** What was asked for, `kill` or `kill:leader`, and how often it happened. */
  readonly required: readonly { readonly cell: string; readonly count: number }[];
}

/** `kill:leader`, or `kill` for anybody. */
export const cellPattern = new RegExp(`^[a-z][a-z0-9-]*(:(${hitRoles.join('|')}))?$`);

/** What one firing hit, of so many nodes. */
export function rolesOf(
  { resolved, leader }: Pick<FaultFigures, 'resolved' | 'leader'>,
  nodes: number,
): readonly HitRole[] {
  const share = resolved.length / nodes;
  const roles: (HitRole | false)[] = [
    leader !== undefined && resolved.includes(leader) && 'leader',
    leader !== undefined && resolved.some((node) => node !== leader) && 'follower',
    leader === undefined && 'leaderless',
    share < 0.5 && 'minority',
    share > 0.5 && share < 1 && 'majority',
    share === 1 && 'all',
  ];
  return roles.filter((role) => role !== false);
}

function kindCoverage(kind: string, faults: readonly FaultFigures[], nodes: number): KindCoverage {
  const own = faults.filter((fault) => fault.kind === kind);
  const count = (outcome: FaultFigures['outcome']['kind']) =>
    own.filter((fault) => fault.outcome.kind === outcome).length;
  const hit: Partial<Record<HitRole, number>> = {};
  for (const fault of own) {
    if (fault.outcome.kind !== 'installed') continue;
    for (const role of rolesOf(fault, nodes)) hit[role] = (hit[role] ?? 0) + 1;
  }
  return {
    kind,
    installed: count('installed'),
    skipped: count('skipped'),
    failed: count('failed'),
    hit,
  };
}

/** `required`: cells that match `cellPattern`. */
export function coverageOf(
  faults: readonly FaultFigures[],
  nodes: number,
  required: readonly string[],
): Coverage {
  const kinds = [...new Set(faults.map(({ kind }) => kind))].map((kind) =>
    kindCoverage(kind, faults, nodes),
  );
  const countOf = (cell: string): number => {
    const [kind, role] = cell.split(':');
    const own = kinds.find((one) => one.kind === kind);
    const asked = hitRoles.find((one) => one === role);
    return (asked === undefined ? own?.installed : own?.hit[asked]) ?? 0;
  };
  return { kinds, required: required.map((cell) => ({ cell, count: countOf(cell) })) };
}

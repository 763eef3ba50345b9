/** Ballots: totally ordered, unique to one node, never used twice. */

import type { NodeId } from '../algorithm.ts';

export interface Ballot {
  readonly round: number;
  readonly node: NodeId;
}

/** Lower than every ballot that a node can lead. */
export const zeroBallot: Ballot = { round: 0, node: '' };

/** Negative, zero or positive, as for sorting: by round, then by node, so that no two nodes share a ballot. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.round !== b.round) return a.round - b.round;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}

export const sameBallot = (a: Ballot, b: Ballot): boolean => compareBallots(a, b) === 0;

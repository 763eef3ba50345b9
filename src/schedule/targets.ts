/** From a target's role to the nodes that it means at the moment when a fault fires. */

import { pick, type Random, shuffle } from '../random/random.ts';
import type { Target } from './schedule.ts';
import type { Node } from './world.ts';

export interface Members {
  readonly nodes: readonly Node[];
  /** Nodes that think they lead, the newest term first. */
  readonly leaders: readonly Node[];
}

export type Resolution =
  /** In the order of the members, never empty. */
  | { readonly kind: 'resolved'; readonly nodes: readonly Node[] }
  /** It means nobody at present, and why. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** Whether it can only be resolved while a leader is known. */
export const needsLeader = (target: Target): boolean =>
  target === 'leader' || target === 'follower' || target === 'followers';

/** The node names in a target, none for a role. */
export const namedNodes = (target: Target): readonly Node[] =>
  /^n\d/.test(target) ? [...new Set(target.split(','))] : [];

/** The most nodes that leave a majority of the others. */
export const minoritySize = (nodes: number): number => Math.floor((nodes - 1) / 2);
export const majoritySize = (nodes: number): number => Math.floor(nodes / 2) + 1;

/** With several who think they lead, the one of the newest term is the leader; the others count as followers. */
export function resolveTarget(target: Target, members: Members, random: Random): Resolution {
  const { nodes } = members;
  const leader = members.leaders.find((node) => nodes.includes(node));
  const resolved = (chosen: readonly Node[], otherwise: string): Resolution => {
    const members = nodes.filter((node) => chosen.includes(node));
    return members.length === 0
      ? { kind: 'skipped', reason: otherwise }
      : { kind: 'resolved', nodes: members };
  };
  const some = (count: number): readonly Node[] => shuffle(random, nodes).slice(0, count);
  if (needsLeader(target) && leader === undefined) {
    return { kind: 'skipped', reason: `no node says that it leads, so nobody is "${target}"` };
  }
  const followers = nodes.filter((node) => node !== leader);
  switch (target) {
    case 'leader':
      return resolved(leader === undefined ? [] : [leader], 'no leader');
    case 'followers':
      return resolved(followers, 'the leader is the only node');
    case 'follower':
      return followers.length === 0
        ? { kind: 'skipped', reason: 'the leader is the only node' }
        : resolved([pick(random, followers)], 'no follower');
    case 'one':
      return resolved(some(1), 'there is no node');
    case 'minority':
      return resolved(some(minoritySize(nodes.length)), `no minority among ${nodes.length} nodes`);
    case 'majority':
      return resolved(some(majoritySize(nodes.length)), 'there is no node');
    case 'all':
      return resolved(nodes, 'there is no node');
    default:
      return resolved(namedNodes(target), `no such node: ${target}`);
  }
}

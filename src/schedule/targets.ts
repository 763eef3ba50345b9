/** From a target's role to the nodes that it means at the moment when a fault fires. */

import { pick, type Random, shuffle } from '../random/random.ts';
import { type Harm, healthyNodes, idleNodes } from './harm.ts';
import type { Target } from './schedule.ts';
import { majoritySize, minoritySize, minorityThirdSize } from './sizes.ts';
import type { Node } from './world.ts';

export interface Members {
  readonly nodes: readonly Node[];
  /** Nodes that think they lead, the newest term first. */
  readonly leaders: readonly Node[];
  /** What faults in effect do already. */
  readonly harms?: readonly Harm[];
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

const skipped = (reason: string): Resolution => ({ kind: 'skipped', reason });

/** Those that run are drawn before those that are down or paused: nothing more can happen to these. */
function some(count: number, { nodes, harms = [] }: Members, random: Random): readonly Node[] {
  const idle = idleNodes(harms);
  const order = shuffle(random, nodes);
  return [
    ...order.filter((node) => !idle.has(node)),
    ...order.filter((node) => idle.has(node)),
  ].slice(0, count);
}

/** At least one node, and at most so many that a majority runs and is connected without them. */
function quorumSafe({ nodes, harms = [] }: Members, random: Random): readonly Node[] {
  const healthy = healthyNodes(nodes, harms);
  const spare = healthy.length - majoritySize(nodes.length);
  return spare < 1 ? [] : shuffle(random, healthy).slice(0, 1 + random.below(spare));
}

/** As few nodes as it takes for no majority to run and be connected without them. */
function quorumLosing({ nodes, harms = [] }: Members, random: Random): readonly Node[] {
  const healthy = healthyNodes(nodes, harms);
  const needed = healthy.length - majoritySize(nodes.length) + 1;
  return needed < 1 ? [] : shuffle(random, healthy).slice(0, needed);
}

/** With several who think they lead, the one of the newest term is the leader; the others count as followers. */
export function resolveTarget(target: Target, members: Members, random: Random): Resolution {
  const { nodes } = members;
  const leader = members.leaders.find((node) => nodes.includes(node));
  const resolved = (chosen: readonly Node[], otherwise: string): Resolution => {
    const found = nodes.filter((node) => chosen.includes(node));
    return found.length === 0 ? skipped(otherwise) : { kind: 'resolved', nodes: found };
  };
  if (needsLeader(target) && leader === undefined) {
    return skipped(`no node says that it leads, so nobody is "${target}"`);
  }
  const followers = nodes.filter((node) => node !== leader);
  const idle = idleNodes(members.harms ?? []);
  const running = followers.filter((node) => !idle.has(node));
  const drawn = (count: number) => some(count, members, random);
  switch (target) {
    case 'leader':
      return resolved(leader === undefined ? [] : [leader], 'no leader');
    case 'followers':
      return resolved(followers, 'the leader is the only node');
    case 'follower':
      if (followers.length === 0) return skipped('the leader is the only node');
      return resolved([pick(random, running.length > 0 ? running : followers)], 'no follower');
    case 'one':
      return resolved(drawn(1), 'there is no node');
    case 'minority':
      return resolved(drawn(minoritySize(nodes.length)), `no minority among ${nodes.length} nodes`);
    case 'minority-third':
      return resolved(
        drawn(minorityThirdSize(nodes.length)),
        `no node is less than a third of ${nodes.length} nodes`,
      );
    case 'majority':
      return resolved(drawn(majoritySize(nodes.length)), 'there is no node');
    case 'all':
      return resolved(nodes, 'there is no node');
    case 'quorum-safe':
      return resolved(quorumSafe(members, random), 'nobody can be spared: no quorum would be left');
    case 'quorum-losing':
      return resolved(quorumLosing(members, random), 'there is no quorum left to lose');
    default:
      return resolved(namedNodes(target), `no such node: ${target}`);
  }
}

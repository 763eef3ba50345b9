/**
 * What faults in effect take from a cluster, and whether a quorum is left. Slow nodes, slow links and clients that are cut off
 * do not count: they take time from a quorum, but no member.
 */

import { majoritySize } from './sizes.ts';
import type { Node } from './world.ts';

export type Harm =
  /** There is no process. */
  | { readonly kind: 'down'; readonly node: Node }
  /** The process stands still. */
  | { readonly kind: 'paused'; readonly node: Node }
  /** Nothing gets from one to the other. */
  | { readonly kind: 'cut'; readonly from: Node; readonly to: Node };

/** A fault that is in effect. */
export interface ActiveFault {
  /** Its place in the schedule. */
  readonly index: number;
  readonly kind: string;
  readonly harms: readonly Harm[];
}

/** Nodes that do nothing at present. */
export const idleNodes = (harms: readonly Harm[]): ReadonlySet<Node> =>
  new Set(harms.flatMap((harm) => (harm.kind === 'cut' ? [] : [harm.node])));

/**
 * The largest group of nodes that run and all hear each other. Exponential in the number of nodes that cuts lie between, which
 * is small. Of several such groups the one that leaves out those with the most cuts.
 */
export function healthyNodes(nodes: readonly Node[], harms: readonly Harm[]): readonly Node[] {
  const idle = idleNodes(harms);
  const running = nodes.filter((node) => !idle.has(node));
  const strangers = new Map(running.map((node) => [node, new Set<Node>()]));
  for (const harm of harms) {
    if (harm.kind !== 'cut' || harm.from === harm.to) continue;
    if (!strangers.has(harm.from) || !strangers.has(harm.to)) continue;
    strangers.get(harm.from)?.add(harm.to);
    strangers.get(harm.to)?.add(harm.from);
  }
  const inOrder = new Set(withoutStrangers(running, strangers));
  return nodes.filter((node) => inOrder.has(node));
}

type Strangers = ReadonlyMap<Node, ReadonlySet<Node>>;

function withoutStrangers(nodes: readonly Node[], strangers: Strangers): readonly Node[] {
  const others = (node: Node) => nodes.filter((other) => strangers.get(node)?.has(other));
  const [worst] = nodes.toSorted((a, b) => others(b).length - others(a).length);
  if (worst === undefined || others(worst).length === 0) return nodes;
  const left = withoutStrangers(
    nodes.filter((node) => node !== worst),
    strangers,
  );
  const kept = withoutStrangers(
    nodes.filter((node) => !strangers.get(worst)?.has(node)),
    strangers,
  );
  return kept.length > left.length ? kept : left;
}

/** Whether a majority of all members runs and is connected. */
export const hasQuorum = (nodes: readonly Node[], harms: readonly Harm[]): boolean =>
  healthyNodes(nodes, harms).length >= majoritySize(nodes.length);

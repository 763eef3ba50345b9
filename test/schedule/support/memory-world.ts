/** A world in memory: processes are states and links are sets of owners, with the semantics that the contract asks for. */

import type { Clock } from '#src/schedule/clock';
import {
  type CutStyle,
  type Link,
  type LinkQuality,
  type Node,
  Unavailable,
  type World,
} from '#src/schedule/world';

export interface MemoryWorld extends World {
  /** Set by the test: who thinks they lead. */
  leading: readonly Node[];
  /** Set by the test: nodes that cannot be killed, paused or brought back. */
  stubborn: readonly Node[];
  /** Set by the test: what is thrown for these; left out, an error of the node's. */
  refusal: Error | undefined;
  /** Set by the test: nodes with nothing on disk yet. */
  blank: readonly Node[];
  state(node: Node): 'up' | 'paused' | 'down';
  /** Every link that anybody cuts, as `a->b`, sorted. */
  cutLinks(): readonly string[];
  /** Whether nothing is cut, degraded, paused or down. */
  isWhole(): boolean;
  /** What happened so far, in order: `kill n1`, `reset n1->n2`, `release`. */
  readonly log: readonly string[];
}

type Hold = { readonly kind: 'kill' | 'pause'; readonly node: Node };

export function memoryWorld(
  nodes: readonly Node[],
  clock: Pick<Clock, 'nowNs'> = { nowNs: () => 0 },
): MemoryWorld {
  const log: string[] = [];
  const qualities = new Map<string, LinkQuality>();
  const clientCuts = new Set<string>();
  const troubles = new Set<string>();
  const damaged = new Set<Node>();
  const cuts = new Map<string, { links: readonly Link[]; style: CutStyle }>();
  const holds = new Map<string, Hold[]>();
  const held = (node: Node, kind: Hold['kind']) =>
    [...holds.values()].flat().some((hold) => hold.node === node && hold.kind === kind);
  const refuseIfStubborn = (node: Node) => {
    if (world.stubborn.includes(node)) throw world.refusal ?? new Error(`${node} does not obey`);
  };
  const hold = async (owner: string, kind: Hold['kind'], node: Node) => {
    holds.set(owner, [...(holds.get(owner) ?? []), { kind, node }]);
    log.push(`${kind} ${node}`);
    refuseIfStubborn(node);
  };
  const world: MemoryWorld = {
    nodes,
    leading: nodes.slice(0, 1),
    stubborn: [],
    refusal: undefined,
    blank: [],
    leaders: async () => world.leading.filter((node) => world.state(node) === 'up'),
    nowNs: clock.nowNs,
    links: {
      cut: async (owner, links, style) => {
        log.push(`cut ${links.length}`);
        cuts.set(owner, { links: [...(cuts.get(owner)?.links ?? []), ...links], style });
      },
      degrade: async (owner, _, quality) => {
        qualities.set(owner, quality);
      },
      reset: async (links) => {
        log.push(`reset ${links.length}`);
      },
      heal: async (owner) => {
        log.push('heal');
        cuts.delete(owner);
        qualities.delete(owner);
      },
    },
    clients: {
      cut: async (owner) => {
        clientCuts.add(owner);
      },
      heal: async (owner) => {
        clientCuts.delete(owner);
      },
    },
    clocks: {
      adjust: async (owner, node, { offsetMs = 0, rate = 1 }) => {
        log.push(`clock ${node}`);
        troubles.add(`clock ${owner}`);
        return { offsetMs, rate };
      },
      release: async (owner) => {
        troubles.delete(`clock ${owner}`);
      },
    },
    disks: {
      trouble: async (owner, node) => {
        log.push(`disk ${node}`);
        troubles.add(`disk ${owner}`);
      },
      refusal: (node) =>
        damaged.has(node) || 2 * (damaged.size + 1) < nodes.length
          ? undefined
          : `${node} is one of the last that are sound`,
      damage: async (node) => {
        if (world.state(node) !== 'down') throw new Error(`${node} runs`);
        if (world.blank.includes(node)) throw new Unavailable(`${node} has nothing to damage`);
        log.push(`damage ${node}`);
        damaged.add(node);
      },
      release: async (owner) => {
        troubles.delete(`disk ${owner}`);
      },
    },
    processes: {
      kill: (owner, node, unsynced = 'kept') =>
        hold(owner, 'kill', node).finally(() => unsynced !== 'kept' && log.push(unsynced)),
      pause: (owner, node) => hold(owner, 'pause', node),
      release: async (owner) => {
        const released = holds.get(owner) ?? [];
        for (const { node } of released) refuseIfStubborn(node);
        log.push('release');
        holds.delete(owner);
      },
    },
    state: (node) => (held(node, 'kill') ? 'down' : held(node, 'pause') ? 'paused' : 'up'),
    cutLinks: () =>
      [
        ...new Set(
          [...cuts.values()].flatMap((cut) => cut.links.map(({ from, to }) => `${from}->${to}`)),
        ),
      ].sort(),
    isWhole: () =>
      cuts.size + qualities.size + clientCuts.size + troubles.size === 0 &&
      nodes.every((node) => world.state(node) === 'up'),
    log,
  };
  return world;
}

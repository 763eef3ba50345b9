/** The simulated cluster as faults see it: every method of `World`, each change taking effect at once. */

import { all } from '../cluster/serial.ts';
import {
  type CutStyle,
  type DiskTrouble,
  type Link,
  type LinkQuality,
  type Node,
  Unavailable,
  type World,
} from '../schedule/world.ts';
import type { ClientPort } from './clients.ts';
import { portOf } from './clients.ts';
import type { SimEvent } from './events.ts';
import type { Network } from './network.ts';
import type { SimNode } from './node.ts';
import { Owned } from './owned.ts';
import type { SimTimeline } from './timeline.ts';

export interface WorldParts {
  readonly nodes: ReadonlyMap<Node, SimNode>;
  readonly network: Network;
  readonly ports: ReadonlyMap<Node, ClientPort>;
  readonly timeline: SimTimeline;
  readonly witness: ((event: SimEvent) => void) | undefined;
}

type LinkWant =
  | { readonly kind: 'cut'; readonly style: CutStyle }
  | { readonly kind: 'degraded'; readonly quality: LinkQuality };

const strength: readonly CutStyle[] = ['hold', 'drop', 'refuse'];

/** When several cut the same thing, the one that lets less through wins. */
const strongest = (styles: readonly CutStyle[]): CutStyle | undefined =>
  strength.findLast((style) => styles.includes(style));

/** Delays add up, shares combine as independent chances, and of two bandwidths the smaller counts. */
function combined(qualities: readonly LinkQuality[]): LinkQuality {
  const out: Record<string, number> = {};
  for (const { latencyMs, jitterMs, loss, duplicates, reordered, bytesPerSecond } of qualities) {
    for (const [name, value] of Object.entries({ latencyMs, jitterMs })) {
      if (value !== undefined) out[name] = (out[name] ?? 0) + value;
    }
    for (const [name, value] of Object.entries({ loss, duplicates, reordered })) {
      if (value !== undefined) out[name] = 1 - (1 - (out[name] ?? 0)) * (1 - value);
    }
    if (bytesPerSecond !== undefined) {
      out['bytesPerSecond'] = Math.min(out['bytesPerSecond'] ?? bytesPerSecond, bytesPerSecond);
    }
  }
  return out;
}

const nameOf = ({ from, to }: Link): string => `${from}->${to}`;

export function createWorld(parts: WorldParts): World {
  const { nodes, timeline } = parts;
  const nodeOf = (name: Node): SimNode => {
    const node = nodes.get(name);
    if (node === undefined) throw new RangeError(`no such node: ${name}`);
    return node;
  };
  const disks = diskFaults(parts, nodeOf);
  return {
    nodes: [...nodes.keys()],
    nowNs: () => timeline.nowNs(),
    async leaders() {
      const statuses = [...nodes.values()].flatMap((node) => node.status() ?? []);
      const leading = statuses.filter(({ role }) => role === 'leader');
      return leading.sort((a, b) => b.term - a.term).map(({ node }) => node);
    },
    links: links(parts),
    clients: clients(parts),
    processes: processes(nodeOf),
    clocks: clocks(parts, nodeOf),
    disks,
  };
}

function links({ network }: WorldParts): World['links'] {
  const owned = new Owned<LinkWant>((name, wants) => {
    const [from = '', to = ''] = name.split('->');
    const cuts = wants.flatMap((want) => (want.kind === 'cut' ? [want.style] : []));
    const qualities = wants.flatMap((want) => (want.kind === 'degraded' ? [want.quality] : []));
    network.shape(from, to, strongest(cuts), combined(qualities));
  });
  return {
    async cut(owner, chosen, style) {
      for (const link of chosen) owned.add(owner, nameOf(link), { kind: 'cut', style });
    },
    async degrade(owner, chosen, quality) {
      for (const link of chosen) refuseWithoutEffect(network, link, quality);
      for (const link of chosen) {
        const isOld = (want: LinkWant): boolean => want.kind === 'degraded';
        owned.replace(owner, nameOf(link), isOld, { kind: 'degraded', quality });
      }
    },
    async reset(chosen) {
      for (const { from, to } of chosen) {
        const link = network.link(from, to);
        if (!link.isStream) {
          throw new Unavailable('links carry datagrams here: there is no connection to break');
        }
        link.break();
      }
    },
    async heal(owner) {
      owned.withdraw(owner);
    },
  };
}

/** A fault that is recorded as installed and does nothing would be false evidence. */
function refuseWithoutEffect(network: Network, { from, to }: Link, quality: LinkQuality): void {
  if (quality.sliceBytes !== undefined) {
    throw new Unavailable('messages are never in pieces in the simulated world');
  }
  const { duplicates = 0, reordered = 0 } = quality;
  if (network.link(from, to).isStream && duplicates + reordered > 0) {
    throw new Unavailable(
      'links are streams here, which repeat and reorder nothing; choose the transport "datagram" in the sim options',
    );
  }
}

function clients({ ports }: WorldParts): World['clients'] {
  const owned = new Owned<CutStyle>((node, styles) =>
    portOf(ports, node).setCut(strongest(styles)),
  );
  return {
    async cut(owner, chosen, style) {
      for (const node of chosen) owned.add(owner, node, style);
    },
    async heal(owner) {
      owned.withdraw(owner);
    },
  };
}

function processes(nodeOf: (name: Node) => SimNode): World['processes'] {
  const owned = new Owned<'kill' | 'pause'>(() => undefined);
  /** Brings the node to what the remaining claims ask for; resolves when it is there. */
  const settle = async (name: Node): Promise<void> => {
    const node = nodeOf(name);
    if (owned.on(name).includes('kill')) return;
    if (owned.on(name).includes('pause')) {
      if (node.end !== undefined) return;
      await node.start();
      // Another owner may have changed its mind meanwhile.
      if (owned.on(name).includes('pause')) node.pause();
      return;
    }
    node.resume();
    await ensureUp(node);
  };
  return {
    async kill(owner, name, unsynced = 'kept') {
      const node = nodeOf(name);
      owned.add(owner, name, 'kill');
      node.kill(unsynced);
    },
    async pause(owner, name) {
      const node = nodeOf(name);
      if (node.isDown) throw new Error(`cannot pause ${name}: it is not running`);
      owned.add(owner, name, 'pause');
      await node.start();
      if (owned.on(name).includes('pause')) node.pause();
    },
    release: (owner) => all(owned.withdraw(owner).map(settle)),
  };
}

/** A node that ended by itself is not started again: that it did is the finding. One whose disk a fault breaks waits for that fault. */
async function ensureUp(node: SimNode): Promise<void> {
  const { end } = node;
  if (end?.cause === 'injected') return;
  if (end !== undefined)
    throw new Error(`node ${node.id} is down, it ended by itself: ${end.error}`);
  await startUnlessBroken(node);
}

/** What a fault does to its disk is that fault's doing, not a failure to start it. */
async function startUnlessBroken(node: SimNode): Promise<void> {
  await node.start().catch((error: unknown) => {
    if (node.end?.cause !== 'injected') throw error;
  });
}

function clocks({ timeline }: WorldParts, nodeOf: (name: Node) => SimNode): World['clocks'] {
  const owned = new Owned<number>((name, rates) => {
    // Two who change the rate of one clock: both changes count.
    const both = rates.reduce((product, rate) => product * rate, 1);
    nodeOf(name).setClock((clock, nowNs) => clock.setRate(nowNs, both));
  });
  return {
    async adjust(owner, name, { offsetMs = 0, rate = 1 }) {
      const node = nodeOf(name);
      if (offsetMs !== 0) node.setClock((clock, nowNs) => clock.jump(nowNs, offsetMs));
      if (rate !== 1) owned.add(owner, name, rate);
      return node.clock.read(timeline.nowNs());
    },
    async release(owner) {
      owned.withdraw(owner);
    },
  };
}

function diskFaults(
  { nodes, timeline, witness }: WorldParts,
  nodeOf: (name: Node) => SimNode,
): World['disks'] {
  const owned = new Owned<DiskTrouble>((name, troubles) => nodeOf(name).disk.setTroubles(troubles));
  /** More damaged logs than this, and no majority of sound ones is left. */
  const mostDamaged = Math.floor((nodes.size - 1) / 2);
  const damaged = new Set<Node>();
  const refusal = (name: Node): string | undefined =>
    damaged.has(name) || damaged.size < mostDamaged
      ? undefined
      : `the logs of ${[...damaged].join(', ') || 'no other node'} are damaged already: with that of ${name} no majority of sound copies would be left`;
  return {
    refusal,
    async trouble(owner, name, trouble) {
      owned.add(owner, name, trouble);
    },
    async damage(name, damage) {
      const node = nodeOf(name);
      if (!node.isDown)
        throw new RangeError(`cannot damage the disk of ${name} while it runs: kill it first`);
      const reason = refusal(name);
      if (reason !== undefined) throw new Unavailable(reason);
      const done = node.disk.damage(damage);
      damaged.add(name);
      witness?.({ kind: 'damaged', timeNs: timeline.nowNs(), node: name, damage: done });
      return { node: name, done };
    },
    /** Nodes that the trouble made end are started again. */
    release: (owner) =>
      all(
        owned.withdraw(owner).map(async (name) => {
          const node = nodeOf(name);
          if (node.end?.cause === 'injected' && !node.disk.isTroubled)
            await startUnlessBroken(node);
        }),
      ),
  };
}

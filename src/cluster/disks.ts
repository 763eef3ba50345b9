/** Disks of real nodes on behalf of owners: calls that fail or take long, the power cut, and damage to the files of a node that is down. */

import type { DiskTrouble as NumberedTrouble } from '../node/fault-hooks.ts';
import { type Random, stream } from '../random/random.ts';
import {
  type DiskDamage,
  type DiskEffects,
  type DiskTrouble,
  type Node,
  Unavailable,
  type Unsynced,
  type World,
} from '../schedule/world.ts';
import { Claims } from './claims.ts';
import type { ExpectedEnd } from './node-process.ts';
import type { PowerOff } from './owned-processes.ts';
import { all, serial } from './serial.ts';

/** The disk of one node, which nobody else interferes with. */
export interface NodeDisk {
  /** Whether a call may still fail because of a trouble. */
  readonly isFailing: boolean;
  /** Replaces the troubles of before. Resolves with what was seen of it; undefined when the node is not running and is told at its start. */
  setTroubles(troubles: readonly NumberedTrouble[]): Promise<unknown>;
  /** Nothing reaches the disk any more and nobody is told that it did. Undefined when the node had ended before. */
  powerOff(): Promise<Strike | undefined>;
  /** What was done to calls so far; undefined where that is not counted. */
  effects(): Promise<DiskEffects | undefined>;
  /** Only while the node is down. Resolves with what was done. */
  damage(damage: DiskDamage, random: Random): Promise<string>;
  /** Whether the disk made the node end, which ended although nobody ended it. `lines`: the end of its log. */
  expectedEnd(
    code: number | null,
    lines: readonly string[],
    isDamaged: boolean,
  ): Promise<ExpectedEnd | undefined>;
}

/** Does to the files, once the process is gone, what the loss of power did; resolves with what that was. */
export type Strike = (unsynced: Exclude<Unsynced, 'kept'>, random: Random) => Promise<string>;

/** A node as disk faults see it. */
export interface DiskNode {
  readonly disk: NodeDisk;
  /** `pid`: undefined while there is no process. */
  readonly child: { readonly pid: number | undefined };
  /** Starts it when an injected error has ended it and nobody keeps it down. */
  restart(): Promise<void>;
}

export type DiskNodes = ReadonlyMap<Node, DiskNode>;

export interface Disks {
  readonly world: World['disks'];
  readonly powerOff: PowerOff;
  /** Whether a fault has damaged the node's files, so that it must not start. */
  readonly isDamaged: (node: Node) => boolean;
}

/** `reason`: why it cannot be had where there are no nodes, since the program offers no way. */
export function disksOf(nodes: DiskNodes, seed: number, reason: string): Disks {
  const nodeOf = (name: Node): DiskNode => {
    const node = nodes.get(name);
    if (node === undefined)
      throw new Unavailable(nodes.size > 0 ? `no such node: ${name}` : reason);
    return node;
  };
  const files = new Damages(seed, Math.floor((nodes.size - 1) / 2));
  const oneByOne = serial();
  return {
    world: {
      ...troublesOf(nodeOf),
      effects: (name) => nodeOf(name).disk.effects(),
      refusal: (name) => (nodes.size === 0 ? reason : files.refusal(name)),
      damage: (name, damage) => oneByOne(name, () => files.damage(name, nodeOf(name), damage)),
    },
    powerOff: powerOffOf(nodeOf, seed),
    isDamaged: (node) => files.has(node),
  };
}

function troublesOf(nodeOf: (name: Node) => DiskNode): Pick<World['disks'], 'trouble' | 'release'> {
  const claims = new Claims<NumberedTrouble>();
  const oneByOne = serial();
  let count = 0;
  const numbered = (trouble: DiskTrouble): NumberedTrouble => {
    count += 1;
    return { ...trouble, id: String(count) };
  };
  return {
    async trouble(owner, name, trouble) {
      const { disk } = nodeOf(name);
      claims.add(owner, name, numbered(trouble));
      const seen = await oneByOne(name, () => disk.setTroubles(claims.on(name)));
      return seen ?? 'not running: from its start on';
    },
    release: (owner) =>
      all(
        claims.withdraw(owner).map((name) =>
          oneByOne(name, async () => {
            const node = nodeOf(name);
            await node.disk.setTroubles(claims.on(name));
            if (!node.disk.isFailing) await node.restart();
            claims.finish(owner, name);
          }),
        ),
      ),
  };
}

function powerOffOf(nodeOf: (name: Node) => DiskNode, seed: number): PowerOff {
  let count = 0;
  return async (name, unsynced) => {
    const strike = await nodeOf(name).disk.powerOff();
    if (strike === undefined) return () => Promise.resolve('had ended before');
    count += 1;
    const random = stream(seed, `torn/${name}/${count}`);
    return () => strike(unsynced, random);
  };
}

/** Which files are damaged. More than `most`, and no majority of sound copies is left. */
class Damages {
  readonly #seed: number;
  readonly #most: number;
  readonly #nodes = new Set<Node>();

  constructor(seed: number, most: number) {
    this.#seed = seed;
    this.#most = most;
  }

  has(node: Node): boolean {
    return this.#nodes.has(node);
  }

  refusal(name: Node): string | undefined {
    if (this.#nodes.has(name) || this.#nodes.size < this.#most) return undefined;
    return `the logs of ${[...this.#nodes].join(', ') || 'no other node'} are damaged already: with that of ${name} no majority of sound copies would be left`;
  }

  async damage(name: Node, { child, disk }: DiskNode, damage: DiskDamage): Promise<string> {
    if (child.pid !== undefined) {
      throw new RangeError(`cannot damage the disk of ${name} while it runs: kill it first`);
    }
    const refusal = this.refusal(name);
    if (refusal !== undefined) throw new Unavailable(refusal);
    const isFirst = !this.#nodes.has(name);
    // Before anything is awaited: others may damage other nodes meanwhile.
    this.#nodes.add(name);
    try {
      const random = stream('seed' in damage ? damage.seed : this.#seed, `damage/${name}`);
      return await disk.damage(damage, random);
    } catch (error) {
      if (isFirst && error instanceof Unavailable) this.#nodes.delete(name);
      throw error;
    }
  }
}

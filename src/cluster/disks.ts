/** Disks of real nodes on behalf of owners: calls that fail or take long, the power cut, and damage to the files of a node that is down. */

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { DiskTrouble as InnerTrouble } from '../node/fault-hooks.ts';
import { stream } from '../random/random.ts';
import type { World } from '../schedule/world.ts';
import { type DiskDamage, type DiskTrouble, type Node, Unavailable } from '../schedule/world.ts';
import { Claims } from './claims.ts';
import type { InnerFaults } from './inner-faults.ts';
import { damaged, withoutUnsynced, withTornWrites } from './log-damage.ts';
import type { PowerOff } from './owned-processes.ts';
import { all, serial } from './serial.ts';

/** A node as disk faults see it. */
export interface DiskNode {
  readonly faults: InnerFaults;
  /** `pid`: undefined while there is no process. */
  readonly child: { readonly pid: number | undefined };
  /** Path of the log. */
  readonly logFile: string;
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
      damage: (name, damage) => oneByOne(name, () => files.damage(name, nodeOf(name), damage)),
    },
    powerOff: powerOffOf(nodeOf, seed),
    isDamaged: (node) => files.has(node),
  };
}

function troublesOf(nodeOf: (name: Node) => DiskNode): Pick<World['disks'], 'trouble' | 'release'> {
  const claims = new Claims<InnerTrouble>();
  const oneByOne = serial();
  let count = 0;
  const innerOf = (trouble: DiskTrouble): InnerTrouble => {
    count += 1;
    return { ...trouble, id: String(count) };
  };
  return {
    async trouble(owner, name, trouble) {
      const { faults } = nodeOf(name);
      claims.add(owner, name, innerOf(trouble));
      const seen = await oneByOne(name, () => faults.setTroubles(claims.on(name)));
      return seen === undefined ? 'not running: from its start on' : seen.faults.troubles;
    },
    release: (owner) =>
      all(
        claims.withdraw(owner).map((name) =>
          oneByOne(name, async () => {
            const node = nodeOf(name);
            await node.faults.setTroubles(claims.on(name));
            if (!node.faults.isFailing) await node.restart();
            claims.finish(owner, name);
          }),
        ),
      ),
  };
}

function powerOffOf(nodeOf: (name: Node) => DiskNode, seed: number): PowerOff {
  let count = 0;
  return async (name, unsynced) => {
    const left = await nodeOf(name).faults.powerOff();
    if (left === undefined) return () => Promise.resolve('had ended before');
    count += 1;
    const random = stream(seed, `torn/${name}/${count}`);
    return async () => {
      const { file, syncedBytes, writes } = left;
      const log = await readFile(file);
      const { bytes, done } =
        unsynced === 'lost'
          ? withoutUnsynced(log, syncedBytes, writes)
          : withTornWrites(log, syncedBytes, writes, random);
      await writeFile(file, bytes);
      return done;
    };
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

  async damage(name: Node, { child, logFile }: DiskNode, damage: DiskDamage): Promise<string> {
    if (child.pid !== undefined) {
      throw new RangeError(`cannot damage the disk of ${name} while it runs: kill it first`);
    }
    const isFirst = !this.#nodes.has(name);
    if (isFirst && this.#nodes.size >= this.#most) {
      throw new Unavailable(
        `the logs of ${[...this.#nodes].join(', ') || 'no other node'} are damaged already: with that of ${name} no majority of sound copies would be left`,
      );
    }
    if (!existsSync(logFile)) throw new Unavailable(`${name} has no log that can be damaged`);
    // Before anything is awaited: others may damage other nodes meanwhile.
    this.#nodes.add(name);
    try {
      const random = stream('seed' in damage ? damage.seed : this.#seed, `damage/${name}`);
      const { bytes, done } = damaged(await readFile(logFile), damage, random);
      if (bytes === undefined) await rm(logFile);
      else await writeFile(logFile, bytes);
      return done;
    } catch (error) {
      if (isFirst && error instanceof Unavailable) this.#nodes.delete(name);
      throw error;
    }
  }
}

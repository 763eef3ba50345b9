/** The processes of a cluster's nodes, and what faults can do to them: kill and pause, set the clock, break the disk, cut the power. */

import { mkdir, rm } from 'node:fs/promises';
import { trueLine } from '../node/clock.ts';
import type { NodeFaults } from '../node/fault-hooks.ts';
import type { Node, World } from '../schedule/world.ts';
import { clocksOf, type NodeClock } from './clocks.ts';
import { type DiskNode, type Disks, disksOf } from './disks.ts';
import { FolderDisk } from './faulty-folder/folder-disk.ts';
import type { Folders } from './faulty-folder/folders.ts';
import type { Guardian } from './guardian.ts';
import { InnerClock } from './inner-clock.ts';
import { InnerDisk } from './inner-disk.ts';
import { type FaultHooks, InnerFaults } from './inner-faults.ts';
import { type NodeCommand, type NodeExit, NodeProcess } from './node-process.ts';
import { ownedProcesses } from './owned-processes.ts';
import type { ClusterPlan, NodePlan } from './plan.ts';
import { outerClock } from './process-clock/create.ts';
import type { OuterClock } from './process-clock/outer-clock.ts';
import type { Support } from './process-clock/support.ts';
import { all } from './serial.ts';

export interface NodesParts {
  readonly plan: ClusterPlan;
  /** Draws which sectors of a torn write are there. */
  readonly seed: number;
  readonly guardian: Guardian;
  /** undefined: the program offers none. */
  readonly hooks: FaultHooks | undefined;
  /** Whether clocks can be set where there are no hooks; undefined: not those of this program. */
  readonly clock: Support | undefined;
  /** The disks of nodes without hooks; undefined: nothing can be done to them. */
  readonly folders: Folders | undefined;
  readonly command: (at: NodePlan, faults: NodeFaults) => Promise<NodeCommand>;
  readonly probe: (at: NodePlan, timeoutMs: number) => Promise<unknown>;
  readonly nowNs: () => number;
  readonly readyTimeoutMs: number | undefined;
  /** Told of every node that ended although nobody ended it. */
  readonly onExit: (exit: NodeExit) => void;
}

export interface Nodes {
  /** None of them is started yet. */
  readonly children: ReadonlyMap<Node, NodeProcess>;
  readonly processes: World['processes'];
  readonly clocks: World['clocks'];
  readonly disks: World['disks'];
  /** Deletes what a node that is down has on disk. */
  readonly wipe: (node: Node) => Promise<void>;
  /** Removes what nodes that have ended leave outside their folders. */
  readonly cleanUp: () => Promise<void>;
  /** Of those that no fault made end, in order of time. */
  readonly exits: readonly NodeExit[];
}

const noHooks =
  'the program on these nodes offers no way to change its clock, its disk or its power';

export function createNodes(parts: NodesParts): Nodes {
  const { plan, seed, hooks, folders } = parts;
  const exits: NodeExit[] = [];
  const children = new Map<Node, NodeProcess>();
  const clocks = new Map<Node, NodeClock>();
  const outers: OuterClock[] = [];
  const diskNodes = new Map<Node, DiskNode>();
  for (const [node, at] of plan.nodes) {
    const faults = hooks && new InnerFaults(at, hooks, () => child);
    const outer = hooks ? undefined : outerClock(parts.clock, node, at.folder, () => child);
    const disk =
      hooks && faults ? new InnerDisk(node, faults, hooks.logFile(at)) : outerDisk(parts, at);
    const child = createNode(parts, at, { faults, clock: outer, disk }, exits, () => disks);
    children.set(node, child);
    const clock = faults === undefined ? outer : new InnerClock(node, faults);
    if (clock !== undefined) clocks.set(node, clock);
    if (outer !== undefined) outers.push(outer);
    if (disk === undefined) continue;
    diskNodes.set(node, { disk, child, restart: () => restart(node, child, processes) });
  }
  const disks = disksOf(diskNodes, seed, noHooks);
  const hasDisks = diskNodes.size > 0;
  const processes = ownedProcesses(children, hasDisks ? disks.powerOff : noHooks);
  const noClocks = parts.clock?.kind === 'none' ? parts.clock.reason : noHooks;
  return {
    children,
    processes,
    clocks: clocksOf(clocks, noClocks),
    disks: disks.world,
    wipe: (node) => wipe(plan, folders, node),
    cleanUp: () => all(outers.map((outer) => outer.cleanUp())),
    exits,
  };
}

/** The disk of a program without hooks; undefined when nothing can be done to it. */
function outerDisk({ folders }: NodesParts, at: NodePlan): FolderDisk | undefined {
  if (folders === undefined) return undefined;
  const reason = folders.reason ?? `there is no folder for ${at.node}`;
  return new FolderDisk(at, folders.folder(at.node) ?? reason);
}

async function wipe(plan: ClusterPlan, folders: Folders | undefined, node: Node): Promise<void> {
  const at = plan.nodes.get(node);
  if (at === undefined) throw new RangeError(`no such node: ${node}`);
  const folder = folders?.folder(node);
  if (folder === undefined) await rm(at.dataDir, { recursive: true, force: true });
  else await new FolderDisk(at, folder).wipe();
}

/** What can be interfered with, of one node. */
interface Reach {
  readonly faults: InnerFaults | undefined;
  readonly clock: OuterClock | undefined;
  readonly disk: InnerDisk | FolderDisk | undefined;
}

function createNode(
  { guardian, command, probe, nowNs, readyTimeoutMs, onExit }: NodesParts,
  at: NodePlan,
  { faults, clock, disk }: Reach,
  exits: NodeExit[],
  disks: () => Disks,
): NodeProcess {
  const { node, dataDir, logFile } = at;
  return new NodeProcess({
    node,
    command: async () => {
      await mkdir(dataDir, { recursive: true });
      if (disk instanceof FolderDisk) await disk.starting();
      const how = await command(at, faults?.wanted ?? { clock: trueLine, troubles: [] });
      return clock === undefined ? how : { ...how, env: await clock.environment(how.env ?? {}) };
    },
    logFile,
    guardian,
    async probe(timeoutMs) {
      // Before it serves; and once more, for what was started may have started the program that serves.
      await clock?.started();
      const seen = await probe(at, timeoutMs);
      await clock?.started();
      return seen;
    },
    nowNs,
    expected: async (code, lines) => disk?.expectedEnd(code, lines, disks().isDamaged(node)),
    onUnexpectedExit(exit) {
      if (exit.expected === undefined) exits.push(exit);
      onExit(exit);
    },
    onResumed: async () => faults?.deliver(),
    ...(readyTimeoutMs === undefined ? {} : { readyTimeoutMs }),
  });
}

/** Of a node that an injected error has ended, unless somebody else keeps it down. */
async function restart(
  node: Node,
  child: NodeProcess,
  processes: World['processes'],
): Promise<void> {
  if ((await child.expectedEnd())?.kind !== 'stopped') return;
  // A kill takes a node that ended by itself into custody, and its release starts it again.
  await processes.kill('restart after a disk error', node);
  await processes.release('restart after a disk error');
}

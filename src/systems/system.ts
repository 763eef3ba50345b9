/** What can be tested: how to bring it up, how to talk to it, what it can be told on the command line. */

import type { z } from 'zod';
import type { Connection } from '../client/connection.ts';
import type { NodeStatus } from '../node/protocol.ts';
import type { World } from '../schedule/world.ts';
import type { SimProgram } from '../sim/program.ts';

export interface StartContext<Options> {
  readonly nodes: readonly string[];
  /** The run folder: node logs, traces and data live below `nodes/`. */
  readonly folder: string;
  readonly seed: number;
  readonly options: Options;
  /** Write protocol traces. */
  readonly trace: boolean;
  /** Ports to use, both ends included; left out: any free ones. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** URL of a running Toxiproxy, or which to start: auto, embedded, real. */
  readonly toxiproxy: string;
  readonly signal: AbortSignal;
  /** Faults of the schedule may interfere with the nodes' disks. Otherwise a system can do without what makes that possible and costs time. */
  readonly faultyDisks: boolean;
  /**
   * Told at once when a node ends although nobody ended it: a finding about the system, unless a fault made it. `stopped`: by a disk
   * error, until that is healed; `lost`: by damage to its files, for good.
   */
  readonly onNodeExit: (node: string, message: string, fault?: 'stopped' | 'lost') => void;
  /** Told at once when a part of the harness fails, such as the proxy server: what follows says nothing about the system. */
  readonly onHarnessFailure: (reason: string) => void;
}

/** A system that is up. Disposing of it stops everything that was started for it. */
export interface RunningSystem extends AsyncDisposable {
  readonly world: World;
  /** Opens the connection of a client process to a node, through that node's proxy. */
  connect(node: string): Connection;
  /** What the nodes say of themselves, past every cut link. Nodes that do not answer are left out. */
  statuses(): Promise<readonly NodeStatus[]>;
  /** Which Toxiproxy carries the links, for the report. */
  readonly proxy: string;
}

/** A switch of one system on the command line, off by default. */
export interface SystemFlag {
  /** `--switch`, or `--name <value>`. */
  readonly flag: string;
  /** The option of the system that gets the value; left out: the flag has none. */
  readonly takes?: string;
  readonly description: string;
  /** Merged into the system's options when the switch is given. */
  readonly sets: Readonly<Record<string, unknown>>;
}

export interface SystemKind<Options = unknown> {
  readonly name: string;
  /** One line for `dissent list`. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  readonly flags: readonly SystemFlag[];
  /** The workloads it can serve, the usual one first; left out: all, `register` first. */
  readonly workloads?: readonly string[];
  /** No node leads: generated schedules then aim at nodes, not at roles. */
  readonly leaderless?: boolean;
  /** Settings held equal between systems under comparison, printed in reports. */
  controls(options: Options): Readonly<Record<string, string | number | boolean>>;
  start(context: StartContext<Options>): Promise<RunningSystem>;
  /** What its nodes run in the simulated world; left out: it cannot be simulated. */
  simulated?(options: Options): SimProgram;
}

/** A node of a scenario: the machine, and what is outside of it: its disk, its clock, and what waits for the disk. */

import { createKv } from '#src/consensus/state-machine/kv';
import type { Mail } from './mailbox.ts';
import type { LogPlace, Machine } from './system.ts';

interface Write {
  readonly sequence: number;
  readonly records: readonly unknown[];
}

/** A message that waits for the disk of its sender. */
interface Waiting {
  readonly mail: Mail;
  readonly afterDurable: number;
}

export interface WorldNode {
  readonly name: string;
  disk: unknown[];
  machine: Machine | undefined;
  /** Why it stopped itself. */
  stopped: string | undefined;
  incarnation: number;
  nowMs: number;
  stalled: boolean;
  durable: number;
  writes: Write[];
  waiting: Waiting[];
  decided: LogPlace[];
  kv: ReturnType<typeof createKv>;
}

/** Not started yet, with an empty disk. */
export const blank = (name: string): WorldNode => ({
  name,
  disk: [],
  machine: undefined,
  stopped: undefined,
  incarnation: 0,
  nowMs: 0,
  stalled: false,
  durable: 0,
  writes: [],
  waiting: [],
  decided: [],
  kv: createKv(),
});

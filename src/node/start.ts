/** What a node does with its files when it starts, in this order. A simulated node does the same with simulated files. */

import { join } from 'node:path';
import type { Files } from './durable-file.ts';
import { nextIncarnation, wasStartedBefore } from './incarnation.ts';
import { walFileName } from './wal.ts';
import { WalCorrupt } from './wal-format.ts';

export interface Started<Log> {
  readonly incarnation: number;
  readonly log: Log;
}

/** `recoverLog` makes the log where there is none. Throws WalCorrupt when a log is gone that was there, and whatever the calls throw. */
export function start<Log>(
  directory: string,
  wallClockMs: number,
  files: Files,
  recoverLog: () => Log,
): Started<Log> {
  // The log is made before the incarnation is recorded, so this one has been lost, and with it what the node promised.
  if (wasStartedBefore(directory, files) && !files.exists(join(directory, walFileName))) {
    throw new WalCorrupt(0, 'it is gone');
  }
  const log = recoverLog();
  return { incarnation: nextIncarnation(directory, wallClockMs, files), log };
}

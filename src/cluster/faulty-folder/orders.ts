/** What the harness and the server's process say to each other: JSON lines over its stdin and stdout. Both ends are of one version. */

import type { Loss } from './file-system.ts';
import type { NamesRule } from './names-log.ts';
import type { Effects, FolderTrouble } from './troubles.ts';

/** The only argument of the server's process, as JSON. */
export interface FolderConfig {
  /** Where programs see the files. */
  readonly mountPoint: string;
  /** Where they really are. */
  readonly files: string;
  /** For files whose removal is not durable; on the same file system, and gone at the end. */
  readonly kept: string;
  readonly names: NamesRule;
}

export type Order =
  | { readonly kind: 'status' }
  | { readonly kind: 'troubles'; readonly troubles: readonly FolderTrouble[] }
  | { readonly kind: 'power-off' }
  /** Only while the power is off, and no process has a file open. */
  | { readonly kind: 'lose'; readonly how: 'lost' | 'torn'; readonly seed: number }
  | { readonly kind: 'power-on' }
  /** Only while no process has a file open. */
  | { readonly kind: 'write-back' }
  | { readonly kind: 'stop' };

export interface FolderStatus {
  /** Since the folder was mounted. */
  readonly effects: Effects;
  /** Those in effect: one that happens once and did is not among them. */
  readonly troubles: readonly FolderTrouble[];
  /** Changes that no sync covers. */
  readonly unsynced: { readonly changes: number; readonly names: number };
  /** Changes that became durable because there were too many to remember. */
  readonly writtenBack: number;
  /** Of the last order `lose`. */
  readonly loss?: Loss;
}

/** The first line says whether the folder is mounted; each other one answers an order. */
export type Answer =
  | { readonly kind: 'mounted' }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number; readonly status: FolderStatus }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

export interface NumberedOrder {
  readonly id: number;
  readonly order: Order;
}

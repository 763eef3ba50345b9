/**
 * What a test harness may ask of a node's own process, past the network: another clock, a disk that fails, the power cut. Only a node whose
 * configuration has `faults` listens to it.
 */

import { z } from 'zod';
import type { ClockLine } from './clock.ts';

/** What a disk does wrong. `id` tells one trouble from another, so that one that happens once is not asked for twice. */
export type DiskTrouble =
  | {
      readonly kind: 'error';
      readonly id: string;
      readonly code: 'EIO' | 'ENOSPC';
      readonly once: boolean;
    }
  | { readonly kind: 'slow'; readonly id: string; readonly fsyncMs: number };

/** The state that faults ask for: at the node's start in its configuration, later in a request. */
export interface NodeFaults {
  readonly clock: ClockLine;
  readonly troubles: readonly DiskTrouble[];
}

/** A write to the log that no completed sync covers. */
export interface UnsyncedWrite {
  readonly position: number;
  readonly bytes: number;
}

/** What a loss of power may take: everything that was not synced when the node stopped, promised nothing more and wrote nothing more. */
export interface Unsynced {
  /** Path of the log. */
  readonly file: string;
  /** The file's size at the last sync. */
  readonly syncedBytes: number;
  readonly writes: readonly UnsyncedWrite[];
}

export type ControlRequest =
  /** Without `set` it only reads. */
  | { readonly kind: 'faults'; readonly set?: NodeFaults | undefined }
  /** From now on the node does nothing, as if the power were gone; the process is left for the harness to kill. */
  | { readonly kind: 'power-off' };

/** What the node says of its clock, its reading in ms, and of its disk: `spent` are ids of troubles that happened once and did. */
export interface FaultsSeen {
  readonly clockMs: number;
  readonly faults: NodeFaults;
  readonly spent: readonly string[];
}

export type ControlResponse =
  | ({ readonly kind: 'faults' } & FaultsSeen)
  | ({ readonly kind: 'power-off' } & Unsynced);

const finite = z.number();

/** Of `faults` in a configuration file, too. */
export const nodeFaults = z.strictObject({
  clock: z.strictObject({ baseMs: finite, sinceMs: finite, rate: finite.positive() }),
  troubles: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('error'),
        id: z.string(),
        code: z.enum(['EIO', 'ENOSPC']),
        once: z.boolean(),
      }),
      z.strictObject({ kind: z.literal('slow'), id: z.string(), fsyncMs: finite.min(0) }),
    ]),
  ),
});

const control = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('faults'), set: nodeFaults.optional() }),
  z.strictObject({ kind: z.literal('power-off') }),
]);

/** undefined for everything that is not one. */
export function decodeControl(body: unknown): ControlRequest | undefined {
  const parsed = control.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

const response = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('faults'),
    clockMs: finite,
    faults: nodeFaults,
    spent: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('power-off'),
    file: z.string(),
    syncedBytes: z.int().min(0),
    writes: z.array(z.strictObject({ position: z.int().min(0), bytes: z.int().min(0) })),
  }),
]);

/** undefined for everything that is not one. */
export function decodeControlResponse(body: unknown): ControlResponse | undefined {
  const parsed = response.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

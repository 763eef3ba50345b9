/** `campaign.json`: what became of every run of a campaign, small enough to keep and to put together with others. */

import { z } from 'zod';
import { huntResultSchema } from '../hunt/tally.ts';
import { hitRoles } from '../metrics/coverage.ts';
import { shardSchema } from './shards.ts';

const ms = z.number().nullable();

const faultSchema = z.strictObject({
  kind: z.string(),
  target: z.string(),
  /** The same firing of the same schedule has the same name in every system: `kill leader 2`. */
  firing: z.string(),
  outcome: z.enum(['installed', 'skipped', 'failed']),
  /** What the nodes were that it hit. */
  hit: z.array(z.enum(hitRoles)),
  lostMs: ms,
  detectionMs: ms,
  timeToFirstOkMs: ms,
  recoveryMs: ms,
  /** Left out: there was too little before the fault to compare with. */
  degradedMs: ms.optional(),
  /** Left out: the nodes do not say how far they are. */
  catchUpMs: ms.optional(),
  unavailableMs: z.number(),
});
export type CampaignFault = z.infer<typeof faultSchema>;

const runSchema = z.strictObject({
  system: z.string(),
  group: z.string(),
  workload: z.string(),
  seed: z.number().int(),
  /** Seconds of workload. */
  seconds: z.number(),
  /** Its folder relative to the campaign's; left out when it was not kept. */
  folder: z.string().optional(),
  /** As of `dissent test`; 255 when the harness failed. */
  exitCode: z.number().int(),
  reasons: z.array(z.string()),
  counts: z.strictObject({ ok: z.number(), fail: z.number(), info: z.number() }),
  availability: z.number(),
  longestOutageMs: z.number(),
  leaderChanges: z.number(),
  faults: z.array(faultSchema),
  /** Of an unknown one: kinds of fault that never took effect in it, where nothing else is in the way of a pass. */
  missed: z.array(z.string()).optional(),
  /** Of a failure: the file that replays it, relative to the campaign's folder. */
  repro: z.string().optional(),
  /** What is left in that file after shrinking. Left out: it was not shrunk, or nothing smaller failed. */
  shrunk: z.strictObject({ faults: z.number().int(), operations: z.number().int() }).optional(),
  /** How often that file's test was run again, and failed in the same way. Left out: it was not. */
  again: z.strictObject({ runs: z.number().int(), failed: z.number().int() }).optional(),
});
export type CampaignRun = z.infer<typeof runSchema>;

const huntSchema = z.strictObject({
  group: z.string(),
  /** Paths in it are relative to the campaign's folder. */
  result: huntResultSchema,
});
export type CampaignHunt = z.infer<typeof huntSchema>;

export const campaignSchema = z.strictObject({
  kind: z.literal('dissent-campaign'),
  version: z.literal(1),
  systems: z.array(z.string()),
  startedAt: z.string(),
  /** The time that was asked for, and that it took; of several shards the sum. */
  minutes: z.number(),
  seconds: z.number(),
  seed: z.number().int(),
  /** What is in it: one, or those that it was put together from. */
  shards: z.array(shardSchema).min(1),
  /** Whether it was put together from shards, all of which it then needs. */
  merged: z.boolean(),
  interrupted: z.boolean(),
  command: z.string(),
  /** Parts of the matrix that there was no time for: `real raft clocks`. */
  notRun: z.array(z.string()),
  runs: z.array(runSchema),
  hunts: z.array(huntSchema),
});
export type Campaign = z.infer<typeof campaignSchema>;

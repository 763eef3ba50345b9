/** A fault schedule is a value: generated from a seed, printed, edited by hand, replayed, shrunk. */

import { z } from 'zod';

/** `follower`: one of them; `one`: any node; the last two count what other faults in effect have taken already. */
export const roles = [
  'leader',
  'followers',
  'follower',
  'one',
  'minority-third',
  'minority',
  'majority',
  'all',
  'quorum-safe',
  'quorum-losing',
] as const;

/** Who a fault hits, resolved when it fires: a role; a node's name such as `n2`; or several names, `n1,n2`. */
export const targetSchema = z
  .string()
  .regex(
    new RegExp(`^(${roles.join('|')}|n[1-9]\\d*(,n[1-9]\\d*)*)$`),
    `allowed: ${roles.join(', ')}, or node names such as n2 or n1,n3`,
  );
export type Target = z.infer<typeof targetSchema>;

/** The parameters of a fault are checked against the fault's own schema when the schedule meets the list of faults. */
export const faultSpecSchema = z.looseObject({ kind: z.string().min(1) });
export type FaultSpec = z.infer<typeof faultSpecSchema>;

export const entrySchema = z.strictObject({
  /** ms after the start of the workload. */
  at: z.number().min(0),
  /** ms until it is healed. */
  for: z.number().positive(),
  /** `"kill"` is short for `{"kind": "kill"}`. */
  fault: z.union([
    z
      .string()
      .min(1)
      .transform((kind): FaultSpec => ({ kind })),
    faultSpecSchema,
  ]),
  target: targetSchema,
});
export type ScheduleEntry = z.infer<typeof entrySchema>;

export const scheduleSchema = z.array(entrySchema);
export type Schedule = readonly ScheduleEntry[];

/** The whole description of a test: enough to run it again. Written to `test.json`. */

import { z } from 'zod';
import { BadInput } from '../errors.ts';
import { scriptedOperationSchema } from '../generator/script.ts';
import { cellPattern, hitRoles } from '../metrics/coverage.ts';
import { scheduleSchema } from '../schedule/schedule.ts';
import { simOptionsSchema } from '../sim/options.ts';

/** More nodes or clients than this on one machine measures the machine. */
const limits = { nodes: 25, clients: 10_000, timeSeconds: 7 * 24 * 3600 } as const;

export const specSchema = z.strictObject({
  /** Folder below the store, by default `<system>-<workload>`. */
  name: z
    .string()
    // A leading dot would leave the store (`..`), and `latest` is where the newest run is.
    .regex(
      /^(?!latest$)\w[\w.-]*$/,
      'letters, digits, dots, dashes and underscores, not beginning with a dot or a dash; not "latest"',
    ),
  system: z.string(),
  systemOptions: z.record(z.string(), z.unknown()),
  workload: z.string(),
  /** The file that the workload is in, if it is the user's own, relative to the working directory. */
  workloadFile: z.string().optional(),
  workloadOptions: z.record(z.string(), z.unknown()),
  /** The kinds of fault that the schedule was generated from; empty for none. */
  nemesis: z.array(z.string()),
  /** Files with faults of the user's own, relative to the working directory. */
  faultFiles: z.array(z.string()).optional(),
  /** What must have happened for the run to count: `kill` or `kill:leader`. */
  require: z
    .array(
      z
        .string()
        .regex(cellPattern, `a kind, or a kind and one of ${hitRoles.join(', ')}: kill:leader`),
    )
    .optional(),
  nodes: z.number().int().min(1).max(limits.nodes),
  /** Client threads. Thread i talks to node i modulo the number of nodes. */
  clients: z.number().int().min(1).max(limits.clients),
  /** Operations per second over all clients. */
  rate: z.number().positive().max(1_000_000),
  /** Every client asks again as soon as it is answered, and `rate` is not looked at. */
  closedLoop: z.boolean().optional(),
  /** Seconds of workload and faults, before the cluster is healed for the final operations. */
  time: z.number().positive().max(limits.timeSeconds),
  /** After this long a call is given up, in ms. */
  opTimeoutMs: z.number().positive(),
  /** How long a healed cluster may take to serve every client again, in ms. */
  recoveryTimeoutMs: z.number().positive(),
  /** Budget of each checker, in ms. */
  checkTimeoutMs: z.number().positive(),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  world: z.enum(['real', 'sim']),
  /** The simulated machines and network; in the real world of no use. */
  sim: simOptionsSchema.optional(),
  /** Protocol traces in `nodes/<n>/trace.jsonl`. */
  trace: z.boolean(),
  /** As planned; what became of it is in the results. */
  schedule: scheduleSchema,
  /** Take the place of what the workload would do, each at its time; the final operations stay the workload's. */
  operations: z.array(scriptedOperationSchema).optional(),
});
export type TestSpec = z.infer<typeof specSchema>;

/** Throws BadInput that names every field that is wrong, its value and what is allowed. */
export function parseSpec(input: unknown, source: string): TestSpec {
  const parsed = specSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new BadInput(describeIssues(parsed.error, input, source));
}

/** The value at a path inside a JSON value, or undefined. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined,
    input,
  );
}

/** Characters of a value in a message. */
const shownMax = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= shownMax ? text : `${text.slice(0, shownMax - 1)}…`;
}

/** One line per problem: field, what is wrong with it, the value that was there. */
export function describeIssues(error: z.ZodError, input: unknown, source: string): string {
  const lines = error.issues.map((issue) => {
    const field = issue.path.map(String).join('.') || '(the whole value)';
    return `  ${field}: ${issue.message}; got ${shown(valueAt(input, issue.path))}`;
  });
  return `${source} is not valid:\n${lines.join('\n')}`;
}

/** What kind of JSON value it is, for whoever gave the wrong file: `an object with the fields name, version`. */
export function outlineOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return shown(value);
  const names = Object.keys(value);
  const more = names.length > 5 ? ' and more' : '';
  return names.length === 0
    ? 'an object without fields'
    : `an object with the fields ${names.slice(0, 5).join(', ')}${more}`;
}

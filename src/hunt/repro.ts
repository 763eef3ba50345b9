/** A failing test in a file: everything that is needed to see it fail again. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../errors.ts';
import { describeIssues, specSchema } from '../run/spec.ts';

export const reproSchema = z.strictObject({
  /** Tells it from a run folder's files. */
  kind: z.literal('dissent-repro'),
  spec: specSchema,
  failure: z.strictObject({
    by: z.enum(['checker', 'invariant', 'liveness', 'crash']),
    name: z.string(),
    explanation: z.string(),
  }),
  /** Of the run that showed it, protocol events and all. */
  traceHash: z.string(),
  /** Client operations in the test: those written down, and the final ones of the workload. */
  operations: z.number().int(),
  /** The seed that drew the test that this one was shrunk from, and how large that was. */
  origin: z.strictObject({
    seed: z.number().int(),
    faults: z.number().int(),
    operations: z.number().int(),
    tried: z.number().int(),
  }),
});
export type Repro = z.infer<typeof reproSchema>;

export const serializeRepro = (repro: Repro): string => `${JSON.stringify(repro, null, 2)}\n`;

/** The page beside a repro file: `x.repro.json` has `x.html`. */
export const pageOf = (path: string): string => `${path.replace(/(\.repro)?\.json$/, '')}.html`;

/** What to type to see it fail again. */
export const replayCommand = (path: string): string => `npx dissent replay ${path}`;

/** Throws BadInput when there is no such file, or it is not a repro. */
export function readRepro(path: string): Repro {
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BadInput(
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.\n` +
        'next: give a file that `dissent hunt` wrote, or a run folder',
    );
  }
  const parsed = reproSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new BadInput(describeIssues(parsed.error, input, path));
}

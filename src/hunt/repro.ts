/** A failing test in a file: everything that is needed to see it fail again. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../errors.ts';
import { withDefaults } from '../run/build-spec.ts';
import { describeIssues, outlineOf, specSchema } from '../run/spec.ts';

const wholeReproSchema = z.strictObject({
  /** Tells it from a run folder's files. */
  kind: z.literal('dissent-repro'),
  spec: specSchema,
  failure: z.strictObject({
    by: z.enum(['checker', 'invariant', 'liveness', 'crash']),
    name: z.string(),
    explanation: z.string(),
  }),
  /** Of the simulated run that showed it, protocol events and all; left out for a real one, which is never the same again. */
  traceHash: z.string().optional(),
  /** Of a real one: how often it was run again once it was as small as this, and how many of these runs failed in the same way. */
  again: z
    .strictObject({ runs: z.number().int().min(1), failed: z.number().int().min(0) })
    .optional(),
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

/** A simulated repro says how to tell that it is the same run again, a real one how often it fails. */
export const reproSchema = wholeReproSchema
  .refine(({ spec, traceHash }) => spec.world !== 'sim' || traceHash !== undefined, {
    path: ['traceHash'],
    message: 'needed where "spec.world" is "sim"',
  })
  .refine(({ spec, again }) => spec.world !== 'real' || again !== undefined, {
    path: ['again'],
    message: 'needed where "spec.world" is "real"',
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
  if (parsed.success) return { ...parsed.data, spec: withDefaults(parsed.data.spec, path) };
  if (!z.looseObject({ kind: z.literal('dissent-repro') }).safeParse(input).success) {
    throw new BadInput(
      `${path} is not a repro file: it holds ${outlineOf(input)}.\n` +
        'next: give a *.repro.json that `dissent hunt` wrote, or a run folder',
    );
  }
  throw new BadInput(describeIssues(parsed.error, input, path));
}

/** `dissent merge`: puts the shards of a hunt together. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { huntSummary } from '#reports/hunt-console';
import { BadInput } from '../errors.ts';
import { type HuntResult, huntResultSchema, merge } from '../hunt/tally.ts';
import { describeIssues, outlineOf } from '../run/spec.ts';
import { newCommand } from './command.ts';
import { huntExitCode } from './hunt.ts';
import { output } from './output.ts';

interface Flags {
  readonly out?: string;
  readonly json: boolean;
}

function read(file: string): HuntResult {
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadInput(
      `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}; allowed: what \`dissent hunt --json\` printed`,
    );
  }
  const parsed = huntResultSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  if (
    !z.looseObject({ shard: z.unknown(), coverage: z.looseObject({}) }).safeParse(input).success
  ) {
    throw new BadInput(
      `${file} is not the result of a hunt: it holds ${outlineOf(input)}.\n` +
        'next: give what `dissent hunt --shard i/n --json` printed; the shards of a campaign go to `dissent chaos merge`',
    );
  }
  throw new BadInput(describeIssues(parsed.error, input, file));
}

function run(files: readonly string[], flags: Flags): void {
  const out = output(flags.json);
  const { merged, missing } = merge(files.map((file) => ({ file, result: read(file) })));
  if (flags.out !== undefined) write(flags.out, merged);
  for (const line of huntSummary(merged)) out.line(line);
  if (missing > 0) out.line(`${missing} of ${files.length + missing} shards are missing`);
  out.result(merged);
  process.exitCode = huntExitCode(merged);
}

function write(path: string, result: HuntResult): void {
  try {
    writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  } catch (error) {
    throw new BadInput(`cannot write ${path}: ${String(error)}`);
  }
}

export const mergeCommand = (): Command =>
  newCommand('merge', 'dissent merge shard-1.json shard-2.json --out hunt.json')
    .description('Puts the results of the shards of one hunt together.')
    .argument('<files...>', 'what `dissent hunt --shard i/n --json` printed, a file for each shard')
    .option('--out <file>', 'writes the result there as well')
    .option('--json', 'prints the result as JSON on stdout, words on stderr', false)
    .action(run);

/** `dissent check`: a verdict on a history from anywhere. */

import type { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import { type CheckFileResult, checkFile } from '../run/check-file.ts';
import { newCommand } from './command.ts';
import { jsonOrText, number } from './options.ts';
import { output } from './output.ts';

interface Flags {
  readonly model: string;
  readonly consistencyModel?: readonly string[];
  readonly sequentialKeys: boolean;
  readonly linearizableKeys: boolean;
  readonly format?: string;
  readonly init?: unknown;
  readonly timeLimit: number;
  readonly visualize?: string;
  readonly json: boolean;
}

async function run(file: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const result = await checkFile({
    file,
    model: flags.model,
    ...(flags.consistencyModel === undefined ? {} : { consistencyModels: flags.consistencyModel }),
    sequentialKeys: flags.sequentialKeys,
    linearizableKeys: flags.linearizableKeys,
    ...(flags.format === undefined ? {} : { format: flags.format }),
    ...(flags.init === undefined ? {} : { init: flags.init }),
    timeLimitMs: flags.timeLimit,
    ...(flags.visualize === undefined ? {} : { visualize: flags.visualize }),
  });
  for (const warning of result.warnings ?? []) process.stderr.write(`warning: ${warning}\n`);
  out.line(
    `${file}: ${verdictInWords(result.valid)} (${result.operations} operations, ${flags.model})`,
  );
  for (const anomaly of result.anomalies) out.line(`\n${anomaly.name}: ${anomaly.explanation}`);
  for (const sentence of modelsInWords(result)) out.line(sentence);
  if (result.valid === 'unknown' && result.reason !== undefined) out.line(result.reason);
  if (flags.visualize !== undefined) out.line(`to look at: ${flags.visualize}`);
  out.result(result);
  if (result.valid === false) process.exitCode = exitCodes.violation;
  if (result.valid === 'unknown') process.exitCode = exitCodes.unknown;
}

/** For transactions: what the history is not, and what it may be. */
function modelsInWords({ not, possible }: CheckFileResult): string[] {
  if (!Array.isArray(not) || !Array.isArray(possible)) return [];
  if (not.length === 0) return [];
  const left = possible.length === 0 ? 'nothing' : `${possible.join(', ')} and all that is weaker`;
  return [`\nruled out: ${not.join(', ')} and all that is stronger`, `still possible: ${left}`];
}

function verdictInWords(valid: true | false | 'unknown'): string {
  if (valid === 'unknown') return 'unknown';
  return valid ? 'valid' : 'VIOLATION';
}

export const checkCommand = (): Command =>
  newCommand('check', 'dissent check history.edn --model cas-register --init 0')
    .description(
      'Gives a verdict on a recorded history: JSON lines, Jepsen EDN, Jepsen log, Porcupine kv.',
    )
    .argument('<history>', 'the file')
    .requiredOption(
      '--model <model>',
      'register, cas-register, multi-register, kv, list-append, rw-register, ...',
    )
    .option(
      '--consistency-model <models>',
      'for transactions: one or more of serializable, snapshot-isolation, ... (default: strict-serializable)',
      (text: string) => text.split(',').map((name) => name.trim()),
    )
    .option('--sequential-keys', 'rw-register: assume that each key is sequential', false)
    .option('--linearizable-keys', 'rw-register: assume that each key is linearizable', false)
    .option(
      '--format <format>',
      'jsonl, edn, jepsen-log, porcupine-kv (default: told by name and content)',
    )
    .option('--init <value>', 'initial value of a register (default: nil)', jsonOrText)
    .option('--time-limit <ms>', 'gives up as unknown after this long', number, 60_000)
    .option(
      '--visualize <file>',
      'writes a page that shows operations, orders, states and faults: one HTML file',
    )
    .option('--json', 'prints the verdict as JSON on stdout, words on stderr', false)
    .action(run);

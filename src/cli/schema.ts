/** `dissent schema`: JSON Schemas of what people write by hand, for their editors. */

import type { Command } from 'commander';
import { BadInput } from '../errors.ts';
import { loadFaultFiles } from '../run/fault-files.ts';
import { scheduleJsonSchema } from '../schedule/json-schema.ts';
import { newCommand } from './command.ts';

async function run(what: string, flags: { readonly fault?: string[] }): Promise<void> {
  if (what !== 'schedule') throw new BadInput(`no schema of "${what}"; allowed: schedule`);
  await loadFaultFiles(flags.fault ?? []);
  process.stdout.write(`${JSON.stringify(scheduleJsonSchema(), null, 2)}\n`);
}

export const schemaCommand = (): Command =>
  newCommand('schema', 'dissent schema schedule > schedule.schema.json')
    .description('Prints the JSON Schema of a fault schedule, for editors.')
    .argument('<what>', 'schedule')
    .option('--fault <file...>', 'with a fault of your own; see docs/write-a-fault.md')
    .action(run);

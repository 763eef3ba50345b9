/** `dissent list`: what there is, one line each. */

import type { Command } from 'commander';
import { checkers } from '#checkers/index';
import { faults } from '#nemesis/index';
import { workloads } from '#workloads/index';
import { systems } from '../systems/index.ts';
import { newCommand } from './command.ts';
import { output } from './output.ts';

const inventory = (): Record<string, readonly { name: string; summary: string }[]> => ({
  systems: [...systems.values()].map(({ name, summary }) => ({ name, summary })),
  workloads: [...workloads.values()].map(({ name, summary }) => ({ name, summary })),
  faults: [...faults.values()].map(({ kind, summary }) => ({ name: kind, summary })),
  checkers: [...checkers.values()].map(({ name, summary }) => ({ name, summary })),
});

function run(flags: { readonly json: boolean }): void {
  const out = output(flags.json);
  const all = inventory();
  for (const [title, entries] of Object.entries(all)) {
    out.line(title);
    for (const { name, summary } of entries) out.line(`  ${name.padEnd(16)} ${summary}`);
  }
  out.result(all);
}

export const listCommand = (): Command =>
  newCommand('list', 'dissent list')
    .description('Lists systems, workloads, faults and checkers.')
    .option('--json', 'prints the lists as JSON on stdout', false)
    .action(run);

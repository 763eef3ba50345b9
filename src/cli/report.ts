/** `dissent report`: renders the reports of a run folder again, verdict unchanged. */

import type { Command } from 'commander';
import { renderReports } from '../run/render.ts';
import { newCommand } from './command.ts';
import { output } from './output.ts';

async function run(folder: string, flags: { readonly json: boolean }): Promise<void> {
  const out = output(flags.json);
  const files = await renderReports(folder);
  for (const file of Object.values(files)) out.line(file);
  out.result(files);
}

export const reportCommand = (): Command =>
  newCommand('report', 'dissent report store/latest')
    .description('Renders report.html, junit.xml and summary.md of a run folder again.')
    .argument('<folder>', 'a run folder, such as store/latest')
    .option('--json', 'prints the paths as JSON on stdout', false)
    .action(run);

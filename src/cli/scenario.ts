/** `dissent scenario`: plays a scripted consensus scenario and explains each decision. */

import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { renderScenario } from '#reports/scenario-html';
import { BadInput, exitCodes } from '../errors.ts';
import { narrate } from '../scenario/narrate.ts';
import { parseScenario } from '../scenario/parse.ts';
import { playScenario } from '../scenario/play.ts';
import { newCommand } from './command.ts';
import { output } from './output.ts';

interface Flags {
  readonly html?: string;
  readonly json: boolean;
}

async function run(file: string, flags: Flags): Promise<void> {
  const out = output(flags.json);
  const played = playScenario(parseScenario(file, await read(file)));
  for (const line of narrate(played)) out.line(line);
  const checks = played.frames.flatMap((frame) => frame.checks);
  const held = checks.filter(({ ok }) => ok).length;
  out.line(`\n${held} of ${checks.length} expectations hold.`);
  if (flags.html !== undefined) {
    await write(flags.html, renderScenario(played));
    out.line(flags.html);
  }
  out.result({ ...played, ...(flags.html === undefined ? {} : { html: flags.html }) });
  if (!played.passed) process.exitCode = exitCodes.violation;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BadInput(`cannot read the scenario ${file}: ${String(error)}`);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new BadInput(`cannot write ${file}: ${String(error)}`);
  }
}

export const scenarioCommand = (): Command =>
  newCommand(
    'scenario',
    'dissent scenario examples/scenarios/apple-and-mango.yaml --html apple.html',
  )
    .description(
      'Plays a consensus scenario step by step, with the real algorithms, and explains each decision.',
    )
    .argument('<file>', 'a scenario, such as those in examples/scenarios')
    .option('--html <file>', 'writes a page with a diagram that can be stepped through')
    .option('--json', 'prints the played scenario as JSON on stdout, words on stderr', false)
    .action(run);

/** Processes into which a mutant is planted. */

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { directed } from './directed.ts';
import type { Mutant } from './mutant.ts';
import type { Answer, Quest } from './quest.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const root = here('../..');
const preload = new URL('./preload.ts', import.meta.url).href;

/** The environment in which a process, its child processes and its threads run the mutant. */
export const mutantEnvironment = (id: string, marks?: string): Record<string, string> => ({
  DISSENT_MUTANT: id,
  NODE_OPTIONS: `--import=${preload}`,
  ...(marks === undefined ? {} : { DISSENT_MUTANT_MARKS: marks }),
});

/** Runs a program of this folder with the mutant in it; its last line is a JSON document. Throws when it fails. */
async function ask(id: string, program: string, args: readonly string[], timeoutMs: number) {
  const child = await execa(process.execPath, [here(program), ...args], {
    cwd: root,
    env: mutantEnvironment(id),
    timeout: timeoutMs,
  });
  return child.stdout.trim().split('\n');
}

/** How long a process may take beyond the time it was given, in ms. */
const graceMs = 120_000;

/** Hunts the mutant in a process of its own. */
export async function hunted(mutant: Mutant, quest: Quest): Promise<Answer> {
  const timeoutMs = (2 * quest.seconds + 2 * quest.shrinkSeconds) * 1000 + graceMs;
  const lines = await ask(mutant.id, './find-one.ts', [JSON.stringify(quest)], timeoutMs);
  return JSON.parse(lines.at(-1) ?? '');
}

export interface Played {
  readonly file: string;
  readonly passed: boolean;
  /** What was not as expected. */
  readonly found: readonly string[];
}

/** Plays scenarios (names as in `directed`) with the mutant; with the empty id, without any. */
export async function played(id: string, scenarios: readonly string[]): Promise<Played[]> {
  const files = scenarios.map((name) => `examples/scenarios/${name}.yaml`);
  const lines = await ask(id, './play-scenario.ts', files, graceMs);
  return lines.map((line) => JSON.parse(line));
}

/** The directed scenarios that catch this mutant. */
export async function caughtByScenarios({ id }: Mutant): Promise<readonly string[]> {
  const names = directed.filter(({ catches }) => catches.includes(id)).map((d) => d.scenario);
  if (names.length === 0) return [];
  const results = await played(id, names);
  return names.filter((_, i) => results[i]?.passed === false);
}

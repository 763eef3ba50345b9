/** Processes into which a mutant is planted. */

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { directed } from './directed.ts';
import type { Mutant } from './mutant.ts';
import type { Finding, Quest, Size } from './quest.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const root = here('../..');
const preload = new URL('./preload.ts', import.meta.url).href;

type Caught = Extract<Finding, { readonly kind: 'caught' }>;

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

/** A process that shares its machine with others gets at least this part of a core. */
const busyFactor = 20;

async function asked(id: string, quest: Quest): Promise<Finding> {
  const timeoutMs = busyFactor * quest.seconds * 1000 + graceMs;
  const lines = await ask(id, './find-one.ts', [JSON.stringify(quest)], timeoutMs);
  return JSON.parse(lines.at(-1) ?? '');
}

/** Seeds that fail without any mutant too, by system, workload and seed. */
const innocent = new Map<string, Promise<boolean>>();

/** Whether this seed fails in the same way without a mutant: then it proves nothing. */
function failsAnyway(quest: Quest, { seed, by, name }: Caught): Promise<boolean> {
  const key = JSON.stringify([quest.system, quest.workload, seed, by, name]);
  const known = innocent.get(key);
  if (known !== undefined) return known;
  const asking = asked('', { ...quest, seed, runs: 1, seconds: 600, by: [by] }).then(
    (finding) => finding.kind === 'caught' && finding.name === name,
  );
  innocent.set(key, asking);
  return asking;
}

/** Hunts the mutant in a process of its own, until something is found that the mutant is to blame for. */
export async function hunted({ id }: Pick<Mutant, 'id'>, quest: Quest): Promise<Finding> {
  let left = quest;
  let [runs, seconds] = [0, 0];
  for (;;) {
    const finding = await asked(id, left);
    runs += finding.runs;
    seconds += finding.seconds;
    const isOver = finding.kind === 'survived' || !(await failsAnyway(quest, finding));
    if (isOver) return { ...finding, runs, seconds };
    const still = { runs: quest.runs - runs, seconds: quest.seconds - seconds };
    if (still.runs <= 0 || still.seconds <= 0) return { kind: 'survived', runs, seconds };
    left = { ...quest, ...still, seed: finding.seed + 1 };
  }
}

/** What is left of the test that this seed stands for; undefined when nothing was caught. */
export async function shrunk(
  { id }: Pick<Mutant, 'id'>,
  quest: Quest,
  finding: Finding,
  budgetSeconds: number,
): Promise<Size | undefined> {
  if (finding.kind !== 'caught' || budgetSeconds === 0) return undefined;
  const asking: Quest = { ...quest, seed: finding.seed };
  const args = ['shrink', JSON.stringify(asking), String(budgetSeconds)];
  const lines = await ask(id, './find-one.ts', args, 2 * budgetSeconds * 1000 + graceMs);
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

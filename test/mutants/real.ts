/** A mutant on real processes: whole tests of the command line, with the mutant in every node. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { mutantEnvironment } from './children.ts';
import type { Mutant } from './mutant.ts';
import type { Finding, Quest } from './quest.ts';

const bin = fileURLToPath(new URL('../../bin/dissent.js', import.meta.url));

/** Seconds of workload and faults in one real test. */
const timeSeconds = 8;

interface Results {
  readonly valid: boolean | 'unknown';
  readonly exitCode: number;
  readonly checkers: Readonly<
    Record<string, { readonly valid: boolean | 'unknown'; readonly reason?: string }>
  >;
}

type Caught = Pick<Extract<Finding, { readonly kind: 'caught' }>, 'by' | 'name' | 'explanation'>;

/** Who found something in a run, or undefined. */
function caughtIn({ checkers, exitCode }: Results): Caught | undefined {
  for (const [name, { valid, reason = '' }] of Object.entries(checkers)) {
    if (valid !== false) continue;
    const by = name === 'invariants' ? 'invariant' : name === 'log-pattern' ? 'crash' : 'checker';
    return { by, name, explanation: reason };
  }
  return exitCode === 3
    ? { by: 'liveness', name: 'recovery', explanation: 'the healed cluster did not recover' }
    : undefined;
}

async function oneTest(mutant: Mutant, quest: Quest, seed: number): Promise<Caught | undefined> {
  const store = mkdtempSync(join(tmpdir(), 'dissent-mutant-'));
  const options = { ...mutant.needs?.options, ...mutant.needs?.limits };
  const args = Object.entries({
    seed,
    time: timeSeconds,
    nodes: mutant.needs?.nodes?.[0] ?? 3,
    nemesis: 'partition,kill,pause',
    'system-options': JSON.stringify(options),
    out: store,
    ...(quest.workload === undefined ? {} : { workload: quest.workload }),
  }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  try {
    await execa(process.execPath, [bin, 'test', quest.system, ...args], {
      reject: false,
      env: mutantEnvironment(mutant.id),
    });
    const text = readFileSync(join(store, 'latest', 'results.json'), 'utf8');
    return caughtIn(JSON.parse(text) as Results);
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

/** Runs tests with one seed after the other until one fails. Throws when a test leaves no results. */
export async function huntedForReal(mutant: Mutant, quest: Quest): Promise<Finding> {
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  let runs = 0;
  while (runs < quest.runs && seconds() < quest.seconds) {
    const seed = quest.seed + runs;
    runs += 1;
    const caught = await oneTest(mutant, quest, seed);
    if (caught !== undefined) {
      return { kind: 'caught', ...caught, seed, runs, seconds: seconds() };
    }
  }
  return { kind: 'survived', runs, seconds: seconds() };
}

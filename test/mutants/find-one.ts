/**
 * Hunts one mutant in this process, where preload.ts has planted it, and prints what came of it as one JSON document. Asked with
 * one JSON argument: a `Quest`.
 */

import { find } from '#src/hunt/find';
import type { HuntSubject } from '#src/hunt/jobs';
import type { FoundBy } from '#src/hunt/judge';
import { judge } from '#src/hunt/judge';
import { drawTest } from '#src/hunt/swarm';
import type { Finding, Quest } from './quest.ts';

async function first(subject: HuntSubject, quest: Quest, by: readonly FoundBy[]): Promise<Finding> {
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  let runs = 0;
  while (runs < quest.runs && seconds() < quest.seconds) {
    const seed = quest.seed + runs;
    runs += 1;
    const { verdict } = await judge(drawTest(subject, seed), { by });
    if (verdict.kind !== 'failed') continue;
    return { ...verdict, kind: 'caught', seed, runs, seconds: seconds() };
  }
  return { kind: 'survived', runs, seconds: seconds() };
}

const quest: Quest = JSON.parse(process.argv[2] ?? '{}');
const subject: HuntSubject = {
  system: quest.system,
  systemOptions: undefined,
  workload: quest.workload,
  nemesis: undefined,
};
const anyhow = await first(subject, quest, ['crash', 'invariant', 'checker', 'liveness']);
const outside = quest.blackBox ? await first(subject, quest, ['checker', 'liveness']) : undefined;
const shrunk =
  quest.shrinkSeconds > 0 && anyhow.kind === 'caught'
    ? await find(subject, anyhow.seed, quest.shrinkSeconds * 1000)
    : undefined;
const size =
  shrunk === undefined
    ? undefined
    : {
        faults: shrunk.repro.spec.schedule.length,
        operations: shrunk.repro.operations,
        seconds: shrunk.seconds,
      };
process.stdout.write(`${JSON.stringify({ anyhow, outside, size })}\n`);

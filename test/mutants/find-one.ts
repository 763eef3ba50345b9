/**
 * Hunts in this process, where preload.ts has planted a mutant, and prints what came of it as one JSON document: `find-one.ts QUEST`
 * prints a Finding, `find-one.ts shrink QUEST SECONDS` the Size of what is left of the test of its seed.
 */

import { find } from '#src/hunt/find';
import { judge } from '#src/hunt/judge';
import type { HuntSubject } from '#src/hunt/subject';
import { drawTest } from '#src/hunt/swarm';
import type { Finding, Quest, Size } from './quest.ts';

const subjectOf = (system: string, workload?: string): HuntSubject => ({
  system,
  systemOptions: undefined,
  workload,
  nemesis: undefined,
});

async function first(quest: Quest): Promise<Finding> {
  const subject = subjectOf(quest.system, quest.workload);
  // Of computing, so that a busy machine tries no fewer seeds.
  const before = process.cpuUsage();
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  let runs = 0;
  while (runs < quest.runs && seconds() < quest.seconds) {
    const seed = quest.seed + runs;
    runs += 1;
    const { verdict } = await judge(drawTest(subject, seed), { by: quest.by });
    if (verdict.kind !== 'failed') continue;
    return { ...verdict, kind: 'caught', seed, runs, seconds: seconds() };
  }
  return { kind: 'survived', runs, seconds: seconds() };
}

async function shrunk({ system, workload, seed }: Quest, budgetSeconds: number): Promise<Size> {
  const { repro, seconds } = await find(subjectOf(system, workload), seed, budgetSeconds * 1000);
  const { spec, operations } = repro;
  return { faults: spec.schedule.length, operations, seconds };
}

const [what = '', quest = '', seconds] = process.argv.slice(2);
const answer =
  what === 'shrink'
    ? await shrunk(JSON.parse(quest), Number(seconds))
    : await first(JSON.parse(what));
process.stdout.write(`${JSON.stringify(answer)}\n`);

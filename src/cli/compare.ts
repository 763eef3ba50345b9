/** `dissent compare`: the same test on several systems, side by side. */

import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { compareSummary } from '#reports/compare-console';
import { exitCodes } from '../errors.ts';
import { buildSpec } from '../run/build-spec.ts';
import { compare } from '../run/compare.ts';
import { newCommand } from './command.ts';
import { number } from './options.ts';
import { interruptible, output } from './output.ts';
import {
  runFlags,
  showPlan,
  type TestFlags,
  testRequest,
  withTestOptions,
} from './test-options.ts';

interface Flags extends TestFlags {
  readonly rounds: number;
}

async function run(systems: readonly string[], flags: Flags): Promise<void> {
  const out = output(flags.json);
  const interrupt = interruptible();
  const request = {
    ...(await testRequest(flags)),
    systems,
    rounds: flags.rounds,
    seed: flags.seed ?? randomInt(2 ** 31),
  };
  try {
    if (flags.dryRun) {
      const { systems: _, ...test } = request;
      return showPlan(buildSpec({ ...test, system: systems[0] ?? '' }, request.seed), out);
    }
    const { comparison, exitCode } = await compare(request, {
      ...runFlags(flags),
      signal: interrupt.signal,
      words: out.words,
    });
    out.line(compareSummary(comparison));
    out.result(comparison);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : exitCode;
  } finally {
    interrupt.release();
  }
}

export const compareCommand = (): Command =>
  withTestOptions(
    newCommand(
      'compare',
      'dissent compare raft paxos --nemesis partition,kill,pause --rounds 3 --time 15 --seed 3',
    )
      .description(
        'Runs the same workload under the same fault schedule on each system, rounds interleaved, and says what differs by more than noise.',
      )
      .argument('<systems...>', 'two or more systems; see `dissent list`'),
  )
    .option('--rounds <n>', 'how often each system runs; three or more to tell noise', number, 3)
    .action(run);

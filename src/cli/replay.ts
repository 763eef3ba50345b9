/** `dissent replay`: runs a recorded test, or one that a hunt has found, again and says whether the outcome is the same. */

import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { renderSpaceTime } from '#reports/space-time';
import { BadInput, exitCodes, Interrupted } from '../errors.ts';
import { explain } from '../hunt/explain.ts';
import { isSameFailure, judge } from '../hunt/judge.ts';
import { attemptsOf, describeRealReplay, replayReal } from '../hunt/real-replay.ts';
import { describeReplay, replayRepro } from '../hunt/replay.ts';
import { replayCommand as commandOf, pageOf, type Repro, readRepro } from '../hunt/repro.ts';
import { withDefaults } from '../run/build-spec.ts';
import { readResults, readTest, runFiles } from '../run/folder.ts';
import { runTest } from '../run/run-test.ts';
import { newCommand } from './command.ts';
import { number } from './options.ts';
import { interruptible, type Output, output } from './output.ts';

interface Flags {
  readonly world?: string;
  readonly out: string;
  readonly toxiproxy: string;
  readonly attempts?: number;
  readonly json: boolean;
}

async function run(path: string, flags: Flags): Promise<void> {
  if (flags.world !== undefined && flags.world !== 'real' && flags.world !== 'sim') {
    throw new BadInput(`--world ${flags.world}: allowed are real, sim`);
  }
  const world = flags.world;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new BadInput(
      `there is no file or folder ${path}.\n` +
        'next: name a run folder such as store/latest, or the *.repro.json that a hunt named at its end',
    );
  }
  const isRepro = found.isFile();
  refuseAttempts(flags, isRepro);
  await (isRepro ? replayFile(path, { ...flags, world }) : replayFolder(path, { ...flags, world }));
}

/** Throws BadInput where playing it more than once means nothing. */
function refuseAttempts({ attempts, world }: Flags, isRepro: boolean): void {
  if (attempts === undefined) return;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new BadInput(`--attempts ${attempts}: allowed are whole numbers from 1`);
  }
  if (!isRepro || world === 'sim') {
    throw new BadInput('--attempts is for repro files that are played on real processes');
  }
}

interface Replaying extends Omit<Flags, 'world'> {
  readonly world: 'real' | 'sim' | undefined;
}

/** A repro in the simulated world: first judged as the hunt judged it, then run once more for its report. */
async function replayFile(path: string, flags: Replaying): Promise<void> {
  const out = output(flags.json);
  const repro = readRepro(path);
  const world = flags.world ?? repro.spec.world;
  if (world === 'real') return playForReal(repro, flags, out);
  if (flags.attempts !== undefined) {
    throw new BadInput('--attempts is for --world real: a simulated test is the same every time');
  }
  if (repro.spec.world === 'sim') {
    out.line(describeReplay(await named(path, replayRepro(repro)), repro));
    out.line(`look at it: ${await writePage(path, repro)}`);
  } else {
    const { verdict } = await named(path, judge({ ...repro.spec, world }));
    const fails = isSameFailure(verdict, repro.failure) ? 'fails' : 'does not fail';
    out.line(`Found on real processes. In the simulated world it ${fails} in the same way.`);
  }
  const interrupt = interruptible();
  try {
    const { results, folder } = await runTest(
      { ...repro.spec, world },
      {
        store: flags.out,
        toxiproxy: flags.toxiproxy,
        signal: interrupt.signal,
        words: out.words,
      },
    );
    const { failure } = repro;
    out.line(`recorded: ${failure.by} ${failure.name}: ${failure.explanation}`);
    out.line(`its run folder: ${folder}`);
    if (results.traceHash !== undefined && repro.spec.world === 'sim') {
      // The hunt ends a run at the first contradiction between nodes, and hashes no more than that.
      out.line(`(the report is of a run to its end: trace hash ${results.traceHash})`);
    }
    out.result(results);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : results.exitCode;
  } finally {
    interrupt.release();
  }
}

/** What only running it shows to be wrong with a test, such as an operation that its workload does not have, is wrong in its file. */
async function named<T>(path: string, replaying: Promise<T>): Promise<T> {
  try {
    return await replaying;
  } catch (error) {
    if (error instanceof BadInput)
      throw new BadInput(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** On real processes: as often as it was run when it was found, or as one says. The results are those of a run that failed. */
async function playForReal(repro: Repro, flags: Replaying, out: Output): Promise<void> {
  const interrupt = interruptible();
  try {
    const replayed = await replayReal(repro, {
      attempts: flags.attempts ?? attemptsOf(repro),
      store: flags.out,
      toxiproxy: flags.toxiproxy,
      signal: interrupt.signal,
      words: out.words,
    });
    const { failure } = repro;
    out.line(`recorded: ${failure.by} ${failure.name}: ${failure.explanation}`);
    out.line(describeRealReplay(replayed, repro));
    const { shown } = replayed;
    if (shown === undefined) throw new Interrupted('stopped before there was anything to compare');
    out.line(`its run folder: ${shown.folder}`);
    out.result(shown.results);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : shown.results.exitCode;
  } finally {
    interrupt.release();
  }
}

/** Beside the repro, where it may take the place of the one that the hunt wrote. Resolves with its path. */
async function writePage(path: string, repro: Repro): Promise<string> {
  const page = pageOf(path);
  try {
    writeFileSync(page, renderSpaceTime(await explain(repro), commandOf(path)));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return `(no page: ${error.message})`;
  }
  return page;
}

async function replayFolder(folder: string, flags: Replaying): Promise<void> {
  const out = output(flags.json);
  const recorded = withDefaults(readTest(folder).spec, join(folder, runFiles.spec));
  const spec = { ...recorded, world: flags.world ?? recorded.world };
  const before = readResults(folder);
  const interrupt = interruptible();
  try {
    const { results } = await runTest(spec, {
      store: flags.out,
      toxiproxy: flags.toxiproxy,
      signal: interrupt.signal,
      words: out.words,
    });
    if (before === undefined) {
      out.line('The recorded run has no results to compare with.');
    } else {
      const same = results.valid === before.valid && results.exitCode === before.exitCode;
      out.line(
        `${same ? 'Same outcome' : 'Another outcome'}: recorded ${String(before.valid)}, now ${String(results.valid)}.`,
      );
      if (before.traceHash !== undefined && results.traceHash !== undefined) {
        out.line(
          before.traceHash === results.traceHash
            ? `The same run: trace hash ${results.traceHash} both times.`
            : `Another run: trace hash ${before.traceHash} recorded, ${results.traceHash} now.`,
        );
      }
    }
    out.result(results);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : results.exitCode;
  } finally {
    interrupt.release();
  }
}

export const replayCommand = (): Command =>
  newCommand(
    'replay',
    'dissent replay store/latest',
    'dissent replay store/hunt/raft-15.repro.json --world real',
  )
    .description(
      'Runs the test of a run folder, or the repro file of a hunt, again: same seed, same schedule. The simulated world gives the same run; real processes are not deterministic, so their outcome may differ.',
    )
    .argument('<path>', 'a run folder, such as store/latest, or a repro file')
    .option('--world <world>', 'real or sim (default: where it was recorded)')
    .option('--out <dir>', 'where run folders are kept', 'store')
    .option('--toxiproxy <which>', 'auto, embedded, real, or the URL of a running server', 'auto')
    .option(
      '--attempts <k>',
      'how often to play a repro on real processes (default: as often as when it was found, or once)',
      number,
    )
    .option('--json', 'prints results.json on stdout, words on stderr', false)
    .action(run);

/** Runs a test on real processes and says what is wrong with what happened, in the words of `judge.ts`, from its run folder. */

import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { Results } from '#reports/results';
import { Interrupted } from '../errors.ts';
import type { History, Operation } from '../history/operation.ts';
import { type Finding, findings } from '../run/findings.ts';
import { readRecorded } from '../run/recorded.ts';
import { type RunOptions, runTest } from '../run/run-test.ts';
import type { TestSpec } from '../run/spec.ts';
import { sameCrash, type Verdict } from './judge.ts';

export interface RealJudged {
  readonly verdict: Verdict;
  readonly results: Results;
  readonly history: History;
  /** The run folder. */
  readonly folder: string;
  /** What the failure rests on, where that is known. */
  readonly evidence?: Evidence;
}

export interface Evidence {
  /** When the last of it was over, ms after the start of the run. */
  readonly untilMs: number;
  /** All operations of it are on this key, where they have one. */
  readonly key?: string | number;
}

export interface RealOptions {
  /** The folder that run folders are made in. */
  readonly store: string;
  /** URL of a running Toxiproxy, or which kind to start. */
  readonly toxiproxy: string;
  readonly signal?: AbortSignal | undefined;
  /** Ports to use; left out: any free ones. */
  readonly ports?: RunOptions['ports'];
  /** Where a single run's progress and summary go; left out: nowhere. */
  readonly words?: NodeJS.WriteStream;
}

/**
 * One run, on a cluster of its own that is gone when it resolves. Undefined when it was interrupted before there was anything to
 * judge; rejects with BadInput for a test that cannot be run and with HarnessFailure when the harness fails.
 */
export async function judgeReal(
  spec: TestSpec,
  { store, toxiproxy, signal, ports, words }: RealOptions,
): Promise<RealJudged | undefined> {
  if (signal?.aborted === true) return undefined;
  try {
    const running = { store, toxiproxy, ...(signal && { signal }), ...(ports && { ports }) };
    const { results, folder } = await runTest(spec, { ...running, ...(words && { words }) });
    return judgeFolder(folder, results);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** A run that is over, from its folder. Throws BadInput when it is no run folder. */
export function judgeFolder(folder: string, results: Results): RealJudged {
  const recorded = readRecorded(folder);
  const { history } = recorded;
  const verdict = verdictOf(results, findings(recorded, results));
  const evidence = evidenceIn(results, history, recorded.circumstances.originNs);
  return { verdict, results, history, folder, ...(evidence && { evidence }) };
}

/** Violations of invariants, as far as it is asked when they were. */
const violationsSchema = z
  .array(z.looseObject({ events: z.array(z.looseObject({ timeNs: z.number() })).min(1) }))
  .min(1);

/** Traces of nodes count on the machine's clock, of which `originNs` is time 0 of the history. */
export function evidenceIn(
  results: Pick<Results, 'checkers'>,
  history: History,
  originNs: number,
): Evidence | undefined {
  const found = broken(results)?.[1];
  const violations = violationsSchema.safeParse(found?.['violations']);
  if (violations.success) {
    const times = violations.data[0]?.events.map(({ timeNs }) => timeNs) ?? [];
    return { untilMs: (Math.max(...times) - originNs) / 1e6 };
  }
  const operations = found?.anomalies?.[0]?.operations ?? [];
  const [first] = operations;
  if (first === undefined) return undefined;
  const ends = operations.map(({ process, time }) => {
    const answers = (op: Operation): boolean =>
      op.process === process && op.time >= time && op.type !== 'invoke';
    return history.find(answers)?.time ?? time;
  });
  const untilMs = Math.max(...ends) / 1e6;
  return first.key === undefined ? { untilMs } : { untilMs, key: first.key };
}

/** For a run that shows nothing: a hunt makes many. */
export const discard = ({ folder }: RealJudged): void =>
  rmSync(folder, { recursive: true, force: true });

/** The first checker that found something, those about the nodes' own rules first: they see the cause, others what it led to. */
function broken({ checkers }: Pick<Results, 'checkers'>) {
  const failed = Object.entries(checkers).filter(([, { valid }]) => valid === false);
  return failed.find(([name]) => name === 'invariants') ?? failed[0];
}

/**
 * What failed. A planned fault that did not take effect is no reason to doubt here: a hunt claims nothing about what was withstood,
 * but counts which faults there were.
 */
export function verdictOf(results: Results, found: readonly Finding[]): Verdict {
  const failed = broken(results);
  if (failed !== undefined) return byChecker(...failed);
  const exit = found.find(({ kind, valid }) => kind === 'node-exit' && valid === false);
  if (exit !== undefined) {
    const name = sameCrash(exit.reason);
    return { kind: 'failed', by: 'crash', name, explanation: exit.reason };
  }
  const dark = found.find(({ kind }) => kind === 'not-recovered');
  if (dark !== undefined) {
    const name = 'healed-cluster-serves';
    return { kind: 'failed', by: 'liveness', name, explanation: dark.reason };
  }
  const still = found.find(({ kind }) => kind === 'standstill');
  if (still !== undefined) {
    const name = 'calm-majority-serves';
    return { kind: 'failed', by: 'liveness', name, explanation: still.reason };
  }
  const doubt = found.find(({ kind }) => kind !== 'fault-missing');
  if (doubt !== undefined) return { kind: 'undecided', reason: doubt.reason };
  const open = Object.entries(results.checkers).filter(
    // Too few operations of some kind: it says that about the run, not about the system.
    ([name, { valid }]) => valid === 'unknown' && name !== 'stats',
  );
  // As in the simulated world: faults may leave clients with nothing, which is no open question.
  const unknown = open.find(([, { provesNothing }]) => provesNothing !== true);
  if (unknown === undefined) return { kind: open.length > 0 ? 'idle' : 'passed' };
  const [name, { reason = 'it does not know' }] = unknown;
  return { kind: 'undecided', reason: `${name}: ${reason}` };
}

function byChecker(name: string, { reason = '', anomalies }: Results['checkers'][string]): Verdict {
  const [first] = anomalies ?? [];
  const explanation = first?.explanation ?? reason;
  if (name === 'invariants') {
    return { kind: 'failed', by: 'invariant', name: first?.name ?? name, explanation };
  }
  if (name !== 'log-pattern') return { kind: 'failed', by: 'checker', name, explanation };
  return { kind: 'failed', by: 'crash', name: sameCrash(reason), explanation };
}

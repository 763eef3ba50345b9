/**
 * Plays a schedule against a world: each entry waits for its time, finds out whom its target means, takes effect, lasts, and is
 * healed, also when the run is aborted in the middle or when the fault itself went wrong.
 *
 *     at                              startNs                     startNs + for          endNs
 *     |--- target, inject, verify ----|======== in effect ========|---- heal, verify ----|
 *     ^ invoke `kill`                 ^ info `kill`               ^ invoke `heal-kill`   ^ info `heal-kill`
 */

import type { Firing, Injected } from '#nemesis/fault';
import { type Random, stream } from '../random/random.ts';
import type { Clock } from './clock.ts';
import type { ScheduleEntry } from './schedule.ts';
import { needsLeader, type Resolution, resolveTarget } from './targets.ts';
import type { PlannedFault } from './validate.ts';
import { type Node, Unavailable, type World } from './world.ts';

export type FaultOutcome =
  | { readonly kind: 'installed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: string };

/** What became of one entry. */
export interface FaultRecord {
  /** Its place in the schedule. */
  readonly index: number;
  readonly entry: ScheduleEntry;
  /** The nodes that its target meant; empty when that was never known. */
  readonly resolved: readonly Node[];
  /** On what exactly it acted: cut links, killed nodes. */
  readonly detail?: unknown;
  /** When it was seen to be in effect, or was given up. Nanoseconds since the start of the run, as is `endNs`. */
  readonly startNs: number;
  /** When it was seen to be undone, or undoing it was given up. */
  readonly endNs: number;
  readonly outcome: FaultOutcome;
  /** Set when it could not be undone, for example because a killed node did not come back. */
  readonly healError?: string;
}

/** A line for the history, of the process `nemesis`: `invoke` before something is tried, `info` when it is known how it went. */
export interface FaultEvent {
  readonly type: 'invoke' | 'info';
  /** The kind of fault, or `heal-` and the kind. */
  readonly f: string;
  readonly timeNs: number;
  readonly value: {
    /** Place in the schedule: pairs the four lines of one fault. */
    readonly index: number;
    readonly target: string;
    readonly resolved?: readonly Node[];
    readonly parameters?: unknown;
    readonly detail?: unknown;
    readonly outcome?: FaultOutcome;
  };
  readonly error?: string;
}

export interface PlayOptions {
  readonly schedule: readonly PlannedFault[];
  readonly world: World;
  readonly clock: Clock;
  readonly seed: number;
  /** Aborting heals what is active and skips the rest. */
  readonly signal: AbortSignal;
  readonly report: (event: FaultEvent) => void;
  /** How long an entry that needs a leader waits for one, in ms. */
  readonly leaderWaitMs?: number;
}

const leaderPollMs = 50;

/** Who owns the changes of the entry at this place of the schedule. */
const ownerOf = (index: number): string => `fault/${index}`;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Resolves the target, waiting a while for somebody to lead when it takes a leader. */
async function findTargets(
  entry: ScheduleEntry,
  random: Random,
  options: PlayOptions,
): Promise<Resolution> {
  const { world, clock, signal, leaderWaitMs = 1_500 } = options;
  const deadlineNs = clock.nowNs() + leaderWaitMs * 1e6;
  for (;;) {
    const leaders = needsLeader(entry.target) ? await world.leaders() : [];
    const found = resolveTarget(entry.target, { nodes: world.nodes, leaders }, random);
    const settled = found.kind === 'resolved' || !needsLeader(entry.target) || leaders.length > 0;
    if (settled || signal.aborted) return found;
    if (clock.nowNs() >= deadlineNs) {
      return { kind: 'skipped', reason: `${found.reason}; waited ${leaderWaitMs} ms for a leader` };
    }
    await clock.sleepUntil(Math.min(deadlineNs, clock.nowNs() + leaderPollMs * 1e6), signal);
  }
}

interface Fired {
  readonly outcome: FaultOutcome;
  readonly resolved: readonly Node[];
  readonly detail?: unknown;
}

/** Finds the targets and injects. Never rejects: what goes wrong is an outcome. */
async function fire(
  { entry, fault, parameters }: PlannedFault,
  index: number,
  options: PlayOptions,
): Promise<Fired> {
  const random = stream(options.seed, `fault/${index}`);
  let resolved: readonly Node[] = [];
  try {
    const found = await findTargets(entry, random, options);
    if (found.kind === 'skipped') return { outcome: found, resolved };
    resolved = found.nodes;
    const firing: Firing = {
      owner: ownerOf(index),
      targets: resolved,
      world: options.world,
      random,
    };
    const injected: Injected = await fault.inject(parameters, firing);
    return injected.kind === 'skipped'
      ? { outcome: injected, resolved }
      : { outcome: { kind: 'installed' }, resolved, detail: injected.detail };
  } catch (error) {
    if (error instanceof Unavailable) {
      return { outcome: { kind: 'skipped', reason: error.message }, resolved };
    }
    return { outcome: { kind: 'failed', error: messageOf(error) }, resolved };
  }
}

function healOne(
  { fault, parameters }: PlannedFault,
  index: number,
  world: World,
  seed: number,
): Promise<void> {
  return fault.heal(parameters, {
    owner: ownerOf(index),
    targets: world.nodes,
    world,
    random: stream(seed, `heal/${index}`),
  });
}

/** Undoes an entry, whatever came of it, and says so. Gives the error when it could not be undone. */
async function heal(
  planned: PlannedFault,
  index: number,
  fired: Fired,
  options: PlayOptions,
): Promise<string | undefined> {
  const { clock, world, report, seed } = options;
  const { target } = planned.entry;
  const value = { index, target, resolved: fired.resolved };
  const f = `heal-${planned.fault.kind}`;
  report({ type: 'invoke', f, timeNs: clock.nowNs(), value });
  const error = await healOne(planned, index, world, seed).then(() => undefined, messageOf);
  const failure = error === undefined ? {} : { error };
  report({ type: 'info', f, timeNs: clock.nowNs(), value, ...failure });
  return error;
}

async function playOne(
  planned: PlannedFault,
  index: number,
  options: PlayOptions,
): Promise<FaultRecord> {
  const { clock, signal, report } = options;
  const { entry, fault, parameters } = planned;
  const value = { index, target: entry.target, parameters };
  await clock.sleepUntil(entry.at * 1e6, signal);
  if (signal.aborted) {
    const nowNs = clock.nowNs();
    const outcome = { kind: 'skipped', reason: 'the run ended before its time' } as const;
    return { index, entry, resolved: [], startNs: nowNs, endNs: nowNs, outcome };
  }
  report({ type: 'invoke', f: fault.kind, timeNs: clock.nowNs(), value });
  const fired = await fire(planned, index, options);
  const startNs = clock.nowNs();
  let healError: string | undefined;
  try {
    report({ type: 'info', f: fault.kind, timeNs: startNs, value: { ...value, ...fired } });
    if (fired.outcome.kind === 'installed') {
      await clock.sleepUntil(startNs + entry.for * 1e6, signal);
    }
  } finally {
    // A fault that failed half-way may have left something behind.
    if (fired.outcome.kind !== 'skipped') healError = await heal(planned, index, fired, options);
  }
  const failure = healError === undefined ? {} : { healError };
  return { index, entry, ...fired, startNs, endNs: clock.nowNs(), ...failure };
}

/**
 * Plays the whole schedule; one record per entry, in its order. Entries may overlap. A fault that fails or cannot be healed is a
 * record, not an exception; rejects only when `report` throws, and then after everything active was healed.
 */
export async function play(options: PlayOptions): Promise<readonly FaultRecord[]> {
  const played = await Promise.allSettled(
    options.schedule.map((planned, index) => playOne(planned, index, options)),
  );
  return played.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/**
 * Undoes whatever any entry of the schedule may have done; harmless when nothing is active. For the end of a run and for exits
 * that do not wait for the player. Throws AggregateError when something could not be undone.
 */
export async function healAll(schedule: readonly PlannedFault[], world: World): Promise<void> {
  const healed = await Promise.allSettled(
    schedule.map((planned, index) => healOne(planned, index, world, 0)),
  );
  const errors = healed.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length > 0) {
    throw new AggregateError(errors, `not healed: ${errors.map(messageOf).join('; ')}`);
  }
}

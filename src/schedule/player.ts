/**
 * Plays a schedule against a world: each entry waits for its time, finds out whom its target means, takes effect, lasts, and is
 * healed, also when the run is aborted in the middle or when the fault itself went wrong.
 *
 *     at                              startNs                     startNs + for          endNs
 *     |--- target, inject, verify ----|======== in effect ========|---- heal, verify ----|
 *     ^ invoke `kill`                 ^ info `kill`               ^ invoke `heal-kill`   ^ info `heal-kill`
 */

import type { During, Injected } from '#nemesis/fault';
import { HarnessFailure } from '../errors.ts';
import { stream } from '../random/random.ts';
import type { Clock } from './clock.ts';
import { type ActiveFault, type Harm, hasQuorum } from './harm.ts';
import type { ScheduleEntry, Target } from './schedule.ts';
import { needsLeader, resolveTarget } from './targets.ts';
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
  /** Those of them that it took effect on, where some had to be passed over. */
  readonly hit?: readonly Node[];
  /** Who led when it fired, of those who think they do the one of the newest term. */
  readonly leader?: Node;
  /** What proves that it took effect: cut links, killed nodes. */
  readonly detail?: unknown;
  /** When it was seen to be in effect, or was given up. Nanoseconds since the start of the run, as is `endNs`. */
  readonly startNs: number;
  /** When it was seen to be undone, or undoing it was given up. */
  readonly endNs: number;
  readonly outcome: FaultOutcome;
  /** Set when it could not be kept up or undone, for example because a killed node did not come back. */
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
    /** Those of them that it took effect on; left out: all. */
    readonly hit?: readonly Node[];
    /** Who led when it fired. */
    readonly leader?: Node;
    readonly parameters?: unknown;
    /** What proves its effect; at its end, what it did in the meantime. */
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

/** The schedule as it is played: who is disturbed at present, by which entry. */
interface Play extends PlayOptions {
  readonly active: Map<number, ActiveFault>;
}

/** Why a fault of this shape cannot do what its target promises, or undefined when it does. */
function brokenPromise(
  target: Target,
  nodes: readonly Node[],
  before: readonly Harm[],
  own: readonly Harm[],
): string | undefined {
  if (own.length === 0) return undefined;
  const isLeft = hasQuorum(nodes, [...before, ...own]);
  if (target === 'quorum-safe' && !isLeft) {
    return 'with what is in effect already, it would leave no quorum';
  }
  if (target === 'quorum-losing' && isLeft) {
    return 'a quorum would be left, for it does not separate its targets from each other';
  }
  return undefined;
}

type Aimed = { readonly leader?: Node } & (
  | {
      readonly kind: 'aimed';
      readonly targets: readonly Node[];
      readonly others: readonly ActiveFault[];
    }
  | { readonly kind: 'skipped'; readonly reason: string }
);

/** Resolves the target and reserves what the fault will take: nothing is awaited in between, so no other entry takes it too. */
function aim(
  { entry, fault, parameters }: PlannedFault,
  index: number,
  leaders: readonly Node[],
  options: Play,
): Aimed {
  const { world, seed, active } = options;
  const { nodes } = world;
  const others = [...active.values()].filter((other) => other.index !== index);
  const before = others.flatMap(({ harms }) => harms);
  const random = stream(seed, `target/${index}`);
  const leader = leaders[0] === undefined ? {} : { leader: leaders[0] };
  const found = resolveTarget(entry.target, { nodes, leaders, harms: before }, random);
  if (found.kind === 'skipped') return { ...leader, ...found };
  const targets = found.nodes;
  const harms =
    fault.harms?.(parameters, { targets, nodes, random: stream(seed, `fault/${index}`) }) ?? [];
  const reason = brokenPromise(entry.target, nodes, before, harms);
  if (reason !== undefined) return { ...leader, kind: 'skipped', reason };
  active.set(index, { index, kind: fault.kind, harms });
  return { ...leader, kind: 'aimed', targets, others };
}

/** Aims, waiting a while for somebody to lead when it takes a leader. */
async function takeAim(planned: PlannedFault, index: number, options: Play): Promise<Aimed> {
  const { world, clock, signal, leaderWaitMs = 3_000 } = options;
  const isNeeded = needsLeader(planned.entry.target);
  const deadlineNs = clock.nowNs() + leaderWaitMs * 1e6;
  for (;;) {
    // Who leads is of interest for every fault, but only for some is it needed.
    const leaders = await world.leaders().catch((error: unknown) => {
      if (isNeeded) throw error;
      return [];
    });
    const aimed = aim(planned, index, leaders, options);
    if (aimed.kind === 'aimed' || !isNeeded || leaders.length > 0 || signal.aborted) return aimed;
    if (clock.nowNs() >= deadlineNs) {
      return { ...aimed, reason: `${aimed.reason}; waited ${leaderWaitMs} ms for a leader` };
    }
    await clock.sleepUntil(Math.min(deadlineNs, clock.nowNs() + leaderPollMs * 1e6), signal);
  }
}

interface Fired {
  readonly outcome: FaultOutcome;
  readonly resolved: readonly Node[];
  readonly hit?: readonly Node[];
  readonly leader?: Node;
  readonly detail?: unknown;
}

/** Finds the targets and injects. Never rejects: what goes wrong is an outcome. */
async function fire(
  planned: PlannedFault,
  index: number,
  options: Play,
): Promise<{ readonly fired: Fired; readonly during?: During }> {
  const { world, seed, active } = options;
  let known: Omit<Fired, 'outcome'> = { resolved: [] };
  const done = (outcome: FaultOutcome) => {
    if (outcome.kind === 'skipped') active.delete(index);
    return { fired: { ...known, outcome } };
  };
  try {
    const { leader, ...aimed } = await takeAim(planned, index, options);
    if (leader !== undefined) known = { ...known, leader };
    if (aimed.kind === 'skipped') return done(aimed);
    const { targets, others } = aimed;
    known = { ...known, resolved: targets };
    const random = stream(seed, `fault/${index}`);
    const firing = { owner: ownerOf(index), targets, world, random, others };
    const injected: Injected = await planned.fault.inject(planned.parameters, firing);
    if (injected.kind === 'skipped') return done(injected);
    const { detail, hit, during } = injected;
    known = { ...known, detail, ...(hit === undefined ? {} : { hit }) };
    return { ...done({ kind: 'installed' }), ...(during === undefined ? {} : { during }) };
  } catch (error) {
    if (!(error instanceof Unavailable)) return done({ kind: 'failed', error: messageOf(error) });
    // A fault of several steps may find out at the last one.
    const left = await healOne(planned, index, world, seed).then(() => undefined, messageOf);
    if (left === undefined) return done({ kind: 'skipped', reason: error.message });
    return done({ kind: 'failed', error: `${error.message}; and what it had done stays: ${left}` });
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
    others: [],
  });
}

/** What a fault did while it was in effect, and what went wrong with it. */
interface Kept {
  readonly detail?: unknown;
  readonly error?: string;
}

/** A harness that could not undo something tries again after so long, ms: a proxy server may be busy for seconds, and then works again. */
const healPausesMs = [1000, 5000];

/** Undoes an entry; gives the error when that failed. What the system failed at is not asked of it twice. */
async function healed(
  planned: PlannedFault,
  index: number,
  { clock, world, seed }: Play,
): Promise<string | undefined> {
  const attempt = () => healOne(planned, index, world, seed).then(() => undefined, asError);
  let error = await attempt();
  for (const pauseMs of healPausesMs) {
    if (!(error instanceof HarnessFailure)) break;
    await clock.sleepUntil(clock.nowNs() + pauseMs * 1e6, new AbortController().signal);
    error = await attempt();
  }
  return error?.message;
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

/** Undoes an entry, whatever came of it, and says so. Gives the error when it could not be kept up or undone. */
async function heal(
  planned: PlannedFault,
  index: number,
  fired: Fired,
  kept: Kept,
  options: Play,
): Promise<string | undefined> {
  const { clock, report } = options;
  const { target } = planned.entry;
  const value = { index, target, resolved: fired.resolved };
  const f = `heal-${planned.fault.kind}`;
  report({ type: 'invoke', f, timeNs: clock.nowNs(), value });
  const undone = await healed(planned, index, options);
  const errors = [kept.error, undone].filter((error) => error !== undefined);
  const failure = errors.length === 0 ? {} : { error: errors.join('; ') };
  const detail = kept.detail === undefined ? {} : { detail: kept.detail };
  report({ type: 'info', f, timeNs: clock.nowNs(), value: { ...value, ...detail }, ...failure });
  return failure.error;
}

/** Starts what the fault goes on doing; the function that is returned ends it and waits for it. */
function keepUp(during: During | undefined, { clock, signal }: Play): () => Promise<Kept> {
  if (during === undefined) return () => Promise.resolve({});
  const over = new AbortController();
  // In an async function, so that one that throws at once is healed like one that rejects later.
  const keep = async () => during(clock, AbortSignal.any([signal, over.signal]));
  const kept: Promise<Kept> = keep().then(
    (detail) => (detail === undefined ? {} : { detail }),
    (error: unknown) => ({ error: `it was not kept up: ${messageOf(error)}` }),
  );
  return () => {
    // A reason of our own, since to make one takes long.
    over.abort('the fault is over');
    return kept;
  };
}

async function playOne(planned: PlannedFault, index: number, options: Play): Promise<FaultRecord> {
  const { clock, signal, report, active } = options;
  const { entry, fault, parameters } = planned;
  const value = { index, target: entry.target, parameters };
  await clock.sleepUntil(entry.at * 1e6, signal);
  if (signal.aborted) {
    const nowNs = clock.nowNs();
    const outcome = { kind: 'skipped', reason: 'the run ended before its time' } as const;
    return { index, entry, resolved: [], startNs: nowNs, endNs: nowNs, outcome };
  }
  report({ type: 'invoke', f: fault.kind, timeNs: clock.nowNs(), value });
  const { fired, during } = await fire(planned, index, options);
  const startNs = clock.nowNs();
  const end = keepUp(during, options);
  let healError: string | undefined;
  try {
    report({ type: 'info', f: fault.kind, timeNs: startNs, value: { ...value, ...fired } });
    if (fired.outcome.kind === 'installed') {
      await clock.sleepUntil(startNs + entry.for * 1e6, signal);
    }
  } finally {
    const kept = await end();
    // A fault that failed half-way may have left something behind.
    if (fired.outcome.kind !== 'skipped') {
      healError = await heal(planned, index, fired, kept, options);
    }
    active.delete(index);
  }
  const failure = healError === undefined ? {} : { healError };
  return { index, entry, ...fired, startNs, endNs: clock.nowNs(), ...failure };
}

/**
 * Plays the whole schedule; one record per entry, in its order. Entries may overlap. A fault that fails or cannot be healed is a
 * record, not an exception; rejects only when `report` throws, and then after everything active was healed.
 */
export async function play(options: PlayOptions): Promise<readonly FaultRecord[]> {
  const playing = { ...options, active: new Map<number, ActiveFault>() };
  const played = await Promise.allSettled(
    options.schedule.map((planned, index) => playOne(planned, index, playing)),
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

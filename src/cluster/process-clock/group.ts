/** The clocks of all processes of a group, which are those that a node's program has forked and itself. */

import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../limits.ts';
import { eventually, isAlive, membersOf } from '../proc.ts';
import { atRate, isTrue, type NsLine, rightRate, trueNsLine } from './line.ts';
import { ProcessVdso } from './patch.ts';
import type { Lines } from './state.ts';
import { isStill, programCounters } from './stillness.ts';

/** What is to be so in every process. Its monotonic clock is its own: it begins right, and must never jump. */
export interface Wanted {
  readonly wall: NsLine;
  /** Of both clocks, in 2^-32. */
  readonly rate: bigint;
}

/** A process, leader of its group, that can be stopped without others noticing who stopped it. */
export interface Holdable {
  /** undefined while there is no process. */
  readonly pid: number | undefined;
  /** Runs the action while the group is stopped; one that was paused before stays so. undefined: there is no process. */
  holdStill<T>(action: (pid: number) => Promise<T>): Promise<T | undefined>;
}

/** A changed rate holds from this long after now on: a process that has looked at its clock already sees no step. */
const aheadNs = 1_000_000n;

/** How often a group is stopped anew because a thread stands where the patch would change an instruction under it. */
const triesMax = 20;

const isRight = ({ wall, rate }: Wanted): boolean => rate === rightRate && isTrue(wall);

const linesFor = ({ wall, rate }: Wanted, now: Lines | undefined): Lines => {
  const fromNs = process.hrtime.bigint() + aheadNs;
  return { wall, monotonic: atRate(now?.monotonic ?? trueNsLine, fromNs, rate) };
};

const isSameLine = (a: NsLine, b: NsLine): boolean =>
  a.sinceNs === b.sinceNs &&
  a.shownNs === b.shownNs &&
  a.rateBefore === b.rateBefore &&
  a.rate === b.rate;

/** Acts on the process; undefined when it has ended. Throws an Error with its pid when it could not be done. */
function within<T>(pid: number, action: (vdso: ProcessVdso) => T): T | undefined {
  try {
    using vdso = new ProcessVdso(pid);
    return action(vdso);
  } catch (error) {
    if (!isAlive(pid)) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the clock of process ${pid} cannot be set: ${why}`, { cause: error });
  }
}

/** What the process's clocks are now, as read from its memory; undefined when they are the machine's, and when it has ended. */
export const linesOf = (pid: number): Lines | undefined => within(pid, ({ lines }) => lines);

/** Sets them, and reads them back. The process has to be still when it is not patched yet. */
function give(pid: number, wanted: Wanted): void {
  const given = within(pid, (vdso) => {
    const now = vdso.lines;
    if (now === undefined && isRight(wanted)) return undefined;
    const lines = linesFor(wanted, now);
    if (now === undefined) vdso.patch(lines);
    else vdso.set(lines);
    return lines;
  });
  if (given === undefined) return;
  const seen = linesOf(pid);
  const isSet =
    seen !== undefined &&
    isSameLine(seen.wall, given.wall) &&
    isSameLine(seen.monotonic, given.monotonic);
  if (!isSet && isAlive(pid)) {
    throw new Error(`the clock of process ${pid} was set, and is not what it was set to`);
  }
}

/** A change of the rate has to find the process still, so that no time passes between now and the change. So has a patch. */
function needsStillness(pid: number, wanted: Wanted): boolean {
  try {
    const rightNow = (lines: Lines | undefined) =>
      lines === undefined ? isRight(wanted) : lines.monotonic.rate === wanted.rate;
    return !(within(pid, ({ lines }) => rightNow(lines)) ?? true);
  } catch {
    // It may be about to become another program, and has no vDSO for a moment. Once it is still it has one.
    return true;
  }
}

const isInTheWay = (pid: number): boolean =>
  within(pid, (vdso) => {
    if (vdso.lines !== undefined) return false;
    return programCounters(pid).some((at) => at === undefined || vdso.isInTheWay(at));
  }) ?? false;

/** Gives false when a thread is in the way. */
async function giveStill(leader: number, wanted: Wanted): Promise<boolean> {
  // Complete from here on: a process that is about to fork obeys first.
  const members = membersOf(leader);
  if (!(await eventually(() => members.every(isStill), limits.signalSeen))) {
    throw new Error(`process ${leader} was sent SIGSTOP and is not stopped`);
  }
  if (members.some(isInTheWay)) return false;
  for (const pid of members) give(pid, wanted);
  return true;
}

/**
 * Makes it so in every process of the group, and reads it back. Gives false when there is no process. Throws an Error that names the
 * process whose clock could not be set.
 */
export async function giveGroup(group: Holdable, wanted: Wanted): Promise<boolean> {
  const { pid } = group;
  if (pid === undefined) return false;
  const members = membersOf(pid);
  if (!members.some((member) => needsStillness(member, wanted))) {
    for (const member of members) give(member, wanted);
    return group.pid === pid;
  }
  for (let tries = 0; tries < triesMax; tries += 1) {
    const done = await group.holdStill((leader) => giveStill(leader, wanted));
    if (done !== false) return done ?? false;
    await delay(1);
  }
  throw new Error(`a thread of process ${pid} stands within the first bytes of its vDSO`);
}

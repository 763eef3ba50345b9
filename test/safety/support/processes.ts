/** Which processes are there. Reads /proc, so these tests need Linux. */

import { readdirSync, readFileSync } from 'node:fs';
import { isAlive, startTimeOf } from '#src/cluster/proc';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface Seen {
  readonly pid: number;
  readonly startTime: string | undefined;
}

export const see = (pid: number): Seen => ({ pid, startTime: startTimeOf(pid) });

export const isStillThere = ({ pid, startTime }: Seen): boolean =>
  isAlive(pid) && startTimeOf(pid) === startTime;

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** The living processes below this one, in any generation. */
export function descendantsOf(pid: number): readonly Seen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = all.filter((other) => parentOf(other) === pid && isAlive(other));
  return children.flatMap((child) => [see(child), ...descendantsOf(child)]);
}

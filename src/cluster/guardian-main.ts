/**
 * The guardian process: told over stdin which processes belong to a harness, it kills them when its stdin ends, which is what
 * happens when the harness is gone, however it went. A paused node cannot notice by itself that its parent is gone.
 *
 * Lines: `+PID STARTTIME` and `-PID`. STARTTIME is `?` where it is not known. Answers `ready` once.
 */

import { createInterface } from 'node:readline';
import { startTimeOf } from './proc.ts';

const guarded = new Map<number, string>();

function killAll(): void {
  for (const [pid, startTime] of guarded) {
    // Another start time is another process that got the same pid: never touch it.
    if (startTime !== '?' && startTimeOf(pid) !== startTime) continue;
    // The group that it leads, then itself in case it leads none.
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  }
}

// A terminal sends these to the whole process group: the guardian outlives it until stdin ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [, sign, pid, startTime] = /^([+-])(\d+) ?(\S*)$/.exec(line) ?? [];
  if (sign === '+') guarded.set(Number(pid), startTime || '?');
  else if (sign === '-') guarded.delete(Number(pid));
});
lines.on('close', () => {
  killAll();
  process.exit(0);
});
process.stdin.on('error', () => lines.close());
process.stdout.on('error', () => undefined);
process.stdout.write('ready\n');

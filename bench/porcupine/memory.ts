/** How much memory a process has had. */

import { readFileSync } from 'node:fs';

/** The most that this process ever had resident, bytes; what it has now where the system does not tell. */
export function peakBytes(): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.memoryUsage().rss;
}

/** Whether a fault made a node of ours end: then its end says nothing against it. */

import type { ExpectedEnd } from './node-process.ts';

/** What our nodes exit with after a line that begins with FATAL. */
const fatalCode = 70;

/**
 * Judged by the last thing it said: an error that was injected says so itself, and damage counts only where there was some. Anything
 * else that ends a node is a finding, whatever faults are in effect.
 */
export function expectedEnd(
  code: number | null,
  lines: readonly string[],
  isDamaged: boolean,
): ExpectedEnd | undefined {
  const line = lines.findLast((text) => text.startsWith('FATAL '));
  if (code !== fatalCode || line === undefined) return undefined;
  if (/^FATAL disk: .*\(injected\)$/.test(line)) return { kind: 'stopped', line };
  return isDamaged && line.startsWith('FATAL wal corrupt: ') ? { kind: 'lost', line } : undefined;
}

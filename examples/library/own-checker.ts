/**
 * A program of one's own: runs a simulated test, and asks of its history something that no checker asks. Prints one line.
 *
 *     node examples/library/own-checker.ts
 */

import { buildSpec } from '../../src/index.ts';
import { simulate } from '../../src/sim-api.ts';

/** How long the slowest write took that succeeded, in ms; undefined when none did. */
export async function slowestWriteMs(seed: number): Promise<number | undefined> {
  const spec = buildSpec(
    { system: 'paxos', world: 'sim', nemesis: ['slow-link'], nodes: 3, time: 8 },
    seed,
  );
  const { history } = await simulate(spec);
  const begunNs = new Map<unknown, number>();
  let slowest: number | undefined;
  for (const { type, process, f, time } of history) {
    if (type === 'invoke') begunNs.set(process, time);
    else if (type === 'ok' && f === 'write') {
      slowest = Math.max(slowest ?? 0, (time - (begunNs.get(process) ?? time)) / 1e6);
    }
  }
  return slowest;
}

if (import.meta.main) {
  const slowest = await slowestWriteMs(7);
  process.stdout.write(
    slowest === undefined ? 'no write succeeded\n' : `slowest write: ${slowest.toFixed(1)} ms\n`,
  );
}

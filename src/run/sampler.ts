/** Asks the nodes now and then what they are doing: who leads, and what it has cost so far. */

import type { NodeStatus } from '../node/protocol.ts';
import type { Clock } from '../schedule/clock.ts';

/** How often, ms: often enough that a killed node's last counters are nearly its final ones. */
const sampleEveryMs = 250;

export interface Sample {
  readonly timeNs: number;
  readonly status: NodeStatus;
}

export interface Sampler {
  /** The leader with the newest term at the last look. */
  leader(): string | undefined;
  stop(): Promise<void>;
}

/** Gives `append` the JSON lines of every look, one per node, until stopped. `append` must not throw. */
export function startSampler(
  statuses: () => Promise<readonly NodeStatus[]>,
  clock: Clock,
  append: (lines: string) => void,
): Sampler {
  const ended = new AbortController();
  let leader: string | undefined;
  const look = async (): Promise<void> => {
    const found = await statuses();
    const timeNs = clock.nowNs();
    leader = newestLeader(found);
    if (found.length === 0) return;
    const lines = found.map((status) => JSON.stringify({ timeNs, status } satisfies Sample));
    append(`${lines.join('\n')}\n`);
  };
  const loop = (async () => {
    while (!ended.signal.aborted) {
      await look();
      await clock.sleepUntil(clock.nowNs() + sampleEveryMs * 1e6, ended.signal);
    }
    await look();
  })();
  return {
    leader: () => leader,
    async stop() {
      ended.abort();
      await loop;
    },
  };
}

function newestLeader(statuses: readonly NodeStatus[]): string | undefined {
  const leaders = statuses.filter((status) => status.role === 'leader');
  return leaders.sort((a, b) => b.term - a.term)[0]?.node;
}

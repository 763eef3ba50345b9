/**
 * State Machine Safety, from the nodes' own traces: every node that applied index i applied the same command there, after the
 * same commands. A client may never notice a divergence that this sees (Raft paper, figure 3).
 */

import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Anomaly, Checker } from './checker.ts';

/** What the first node to speak of an index said. */
interface Applied {
  readonly node: string;
  /** Of the command alone. */
  readonly hash: number;
  /** Of everything up to it, results included. */
  readonly chain: number;
}

/** One divergence is followed by as many as there are indices: the first ones say it all. */
const anomaliesMax = 5;

export const replicasAgree = (): Checker => ({
  name: 'replicas-agree',
  summary: 'every node applied the same commands in the same order with the same results',
  async check({ folder }) {
    const traces = folder === undefined ? [] : tracesIn(folder);
    // Without traces it has nothing to say, and they are optional.
    if (traces.length === 0) return { valid: true, nodes: 0, applied: 0 };
    const byIndex = new Map<number, Applied>();
    const anomalies: Anomaly[] = [];
    for (const { node, file } of traces) {
      for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
        const event = appliedIn(line);
        if (event === undefined) continue;
        const anomaly = compare(node, event, byIndex);
        if (anomaly !== undefined && anomalies.length < anomaliesMax) anomalies.push(anomaly);
      }
    }
    const counts = { nodes: traces.length, applied: byIndex.size };
    if (anomalies.length === 0) return { valid: true, ...counts };
    const reason = anomalies[0]?.explanation ?? 'nodes diverged';
    return { valid: false, reason, anomalies, ...counts };
  },
});

function tracesIn(folder: string): { readonly node: string; readonly file: string }[] {
  const nodes = join(folder, 'nodes');
  if (!existsSync(nodes)) return [];
  return readdirSync(nodes)
    .sort()
    .map((node) => ({ node, file: join(nodes, node, 'trace.jsonl') }))
    .filter(({ file }) => existsSync(file));
}

interface ApplyEvent {
  readonly index: number;
  readonly hash: number;
  readonly chain: number;
}

/** undefined for other events, and for a line that was torn by a kill. */
function appliedIn(line: string): ApplyEvent | undefined {
  if (!line.includes('"ev":"apply"')) return undefined;
  try {
    const { index, hash, chain } = JSON.parse(line) as Partial<ApplyEvent>;
    if (index === undefined || hash === undefined || chain === undefined) return undefined;
    return { index, hash, chain };
  } catch {
    return undefined;
  }
}

function compare(
  node: string,
  { index, hash, chain }: ApplyEvent,
  byIndex: Map<number, Applied>,
): Anomaly | undefined {
  const first = byIndex.get(index);
  if (first === undefined) {
    byIndex.set(index, { node, hash, chain });
    return undefined;
  }
  if (first.hash === hash && first.chain === chain) return undefined;
  const what = first.hash === hash ? 'the same command after different ones' : 'different commands';
  return {
    name: 'divergence',
    explanation: `${first.node} and ${node} applied ${what} at index ${index}: their states are no longer the same`,
    operations: [],
  };
}

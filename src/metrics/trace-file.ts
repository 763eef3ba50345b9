/** Reads the role events out of the trace files in a run folder. */

import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RoleEvent, roleEventsOf } from './leaderships.ts';

/** How many lines are looked at together: a trace can be far larger than memory should be. */
const batchLines = 4096;

/**
 * The role events of `<folder>/nodes/<node>/trace.jsonl` of every node, the nodes in the order given. A node without a
 * trace has none. Rejects when a file cannot be read.
 */
export async function readRoleEvents(
  folder: string,
  nodes: readonly string[],
): Promise<RoleEvent[]> {
  const events: RoleEvent[] = [];
  for (const node of nodes) {
    const file = join(folder, 'nodes', node, 'trace.jsonl');
    if (existsSync(file)) events.push(...(await readNode(node, file)));
  }
  return events;
}

async function readNode(node: string, file: string): Promise<RoleEvent[]> {
  const events: RoleEvent[] = [];
  let batch: string[] = [];
  let incarnation = -1;
  const flush = (): void => {
    for (const event of roleEventsOf(node, batch)) {
      // Every batch reports its first incarnation as started; only a new one is.
      if (event.ev === 'started' && event.incarnation === incarnation) continue;
      incarnation = event.incarnation;
      events.push(event);
    }
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    batch.push(line);
    if (batch.length >= batchLines) flush();
  }
  flush();
  return events;
}

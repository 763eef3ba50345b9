/** Crashes: kill -9, and a restart from disk when the fault is healed. */

import { z } from 'zod';
import type { Fault } from './fault.ts';
import { weighted } from './weighted.ts';

const schema = z.strictObject({ kind: z.literal('kill') });

export const kill: Fault<z.infer<typeof schema>> = {
  kind: 'kill',
  summary: 'kills nodes (SIGKILL) and restarts them from their disk on heal',
  schema,
  draw: (random, nodes) => ({
    parameters: { kind: 'kill' },
    target: weighted(random, [
      ['leader', 6],
      ['follower', nodes.length > 1 ? 2 : 0],
      ['minority', nodes.length > 2 ? 2 : 0],
      ['majority', 1],
      ['all', 1],
    ]),
  }),
  async inject(_, { owner, targets, world }) {
    await Promise.all(targets.map((node) => world.processes.kill(owner, node)));
    return { kind: 'installed', detail: { killed: targets } };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};

/** Stalls, as of a long garbage collection or a frozen virtual machine: SIGSTOP, and SIGCONT on heal. */

import { z } from 'zod';
import type { Fault } from './fault.ts';
import { weighted } from './weighted.ts';

const schema = z.strictObject({ kind: z.literal('pause') });

export const pause: Fault<z.infer<typeof schema>> = {
  kind: 'pause',
  summary: 'stops nodes in their tracks (SIGSTOP) and lets them continue on heal',
  schema,
  draw: (random, nodes) => ({
    parameters: { kind: 'pause' },
    target: weighted(random, [
      ['leader', 6],
      ['follower', nodes.length > 1 ? 2 : 0],
      ['minority', nodes.length > 2 ? 2 : 0],
      ['majority', 1],
    ]),
  }),
  async inject(_, { owner, targets, world }) {
    await Promise.all(targets.map((node) => world.processes.pause(owner, node)));
    return { kind: 'installed', detail: { paused: targets } };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};

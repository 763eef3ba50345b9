/** Multi-Paxos as a system under test. */

import { z } from 'zod';
import { ownSystem } from './own.ts';

export const paxos = ownSystem({
  algorithm: 'paxos',
  summary:
    'our Multi-Paxos after "Paxos Made Moderately Complex": scouts, commanders, acceptor reads',
  own: {
    reads: z.enum(['acceptors', 'local-leader']).default('acceptors'),
    canvass: z.boolean().default(true),
    checkQuorum: z.boolean().default(true),
  },
  flags: [
    {
      flag: '--unsafe-local-reads',
      description: 'reads are answered by whoever thinks it leads (stale reads, for demonstration)',
      sets: { reads: 'local-leader' },
    },
  ],
});

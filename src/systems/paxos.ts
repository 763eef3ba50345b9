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
      description:
        'whoever thinks it leads answers reads, also long after it was cut off (stale reads)',
      // With check-quorum a leader that was cut off gives up before another is elected: that alone makes a lease.
      sets: { reads: 'local-leader', checkQuorum: false },
    },
  ],
});

/** Raft as a system under test. */

import { z } from 'zod';
import { ownSystem } from './own.ts';

export const raft = ownSystem({
  algorithm: 'raft',
  summary: 'our Raft: PreVote, CheckQuorum, ReadIndex or lease reads, exactly-once sessions',
  own: {
    reads: z.enum(['read-index', 'lease', 'local-leader']).default('read-index'),
    /** For leases: how much less passes on the slowest clock than on the fastest, as a share. */
    maxClockDrift: z.number().min(0).lt(1).default(0.1),
    preVote: z.boolean().default(true),
    checkQuorum: z.boolean().default(true),
  },
  flags: [
    {
      flag: '--reads <how>',
      description:
        'how leaders answer reads: read-index; lease, which is unsafe where clocks differ by more than the option maxClockDrift or jump; local-leader, which is never safe',
      takes: 'reads',
      sets: {},
    },
    {
      flag: '--unsafe-no-read-index',
      description:
        'whoever thinks it leads answers reads, also long after it was cut off (stale reads)',
      // With check-quorum a leader that was cut off gives up before another is elected: that alone makes a lease.
      sets: { reads: 'local-leader', checkQuorum: false },
    },
  ],
});

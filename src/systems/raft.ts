/** Raft as a system under test. */

import { z } from 'zod';
import { ownSystem } from './own.ts';

export const raft = ownSystem({
  algorithm: 'raft',
  summary: 'our Raft: PreVote, CheckQuorum, ReadIndex reads, exactly-once sessions',
  own: {
    reads: z.enum(['read-index', 'local-leader']).default('read-index'),
    preVote: z.boolean().default(true),
    checkQuorum: z.boolean().default(true),
  },
  flags: [
    {
      flag: '--unsafe-no-read-index',
      description:
        'whoever thinks it leads answers reads, also long after it was cut off (stale reads)',
      // With check-quorum a leader that was cut off gives up before another is elected: that alone makes a lease.
      sets: { reads: 'local-leader', checkQuorum: false },
    },
  ],
});

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
      description: 'reads are answered by whoever thinks it leads (stale reads, for demonstration)',
      sets: { reads: 'local-leader' },
    },
  ],
});

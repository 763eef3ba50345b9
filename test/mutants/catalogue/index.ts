/** All mutants, and those that are not planted, with the reason. */

import type { Mutant } from '../mutant.ts';
import { diskMutants } from './disk.ts';
import { machineMutants } from './machine.ts';
import { paxosBallots } from './paxos-ballots.ts';
import { paxosSlots } from './paxos-slots.ts';
import { paxosStale } from './paxos-stale.ts';
import { raftElections } from './raft-elections.ts';
import { raftLeases } from './raft-leases.ts';
import { raftLog } from './raft-log.ts';
import { raftReads } from './raft-reads.ts';
import { raftStale } from './raft-stale.ts';
import { requestMutants } from './requests.ts';
import { sessionMutants } from './sessions.ts';

export { notPlanted } from './not-planted.ts';

export const mutants: readonly Mutant[] = [
  ...raftElections,
  ...raftLog,
  ...raftReads,
  ...raftLeases,
  ...raftStale,
  ...sessionMutants,
  ...requestMutants,
  ...machineMutants,
  ...diskMutants,
  ...paxosBallots,
  ...paxosSlots,
  ...paxosStale,
];

/** Throws RangeError that names those there are. */
export function mutantNamed(id: string): Mutant {
  const found = mutants.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  throw new RangeError(
    `unknown mutant ${JSON.stringify(id)}; there are: ${mutants.map((m) => m.id).join(', ')}`,
  );
}

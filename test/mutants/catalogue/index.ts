/** All mutants, and those that are not planted, with the reason. */

import type { Mutant } from '../mutant.ts';
import { diskMutants } from './disk.ts';
import { paxosBallots } from './paxos-ballots.ts';
import { paxosSlots } from './paxos-slots.ts';
import { raftElections } from './raft-elections.ts';
import { raftLog } from './raft-log.ts';
import { raftReads } from './raft-reads.ts';
import { sessionMutants } from './sessions.ts';

export { notPlanted } from './not-planted.ts';

export const mutants: readonly Mutant[] = [
  ...raftElections,
  ...raftLog,
  ...raftReads,
  ...sessionMutants,
  ...diskMutants,
  ...paxosBallots,
  ...paxosSlots,
];

/** Throws RangeError that names those there are. */
export function mutantNamed(id: string): Mutant {
  const found = mutants.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  throw new RangeError(
    `unknown mutant ${JSON.stringify(id)}; there are: ${mutants.map((m) => m.id).join(', ')}`,
  );
}

/** Known bugs that have no place in our code as it is. They come with the feature that they are bugs of. */

export interface NotPlanted {
  readonly ids: readonly string[];
  readonly reason: string;
}

export const notPlanted: readonly NotPlanted[] = [
  {
    ids: ['R06'],
    reason:
      'Term and vote are one record, and all records of a step are one batch that comes back whole or not at all; two records in it are the same as one.',
  },
  {
    ids: ['R50', 'R51', 'R52', 'R53', 'R54', 'R56', 'R57', 'R59', 'P21', 'P22'],
    reason:
      'Membership does not change. Without that the window of Multi-Paxos only bounds memory: ignoring it breaks no promise.',
  },
  { ids: ['R60', 'R62', 'R63', 'C11'], reason: 'Nodes take no snapshots yet.' },
  { ids: ['R65'], reason: 'The lead is not handed over on purpose.' },
  {
    ids: ['P24'],
    reason:
      'Duplicates are found by the session table, which both algorithms share: C01 is this bug.',
  },
  {
    ids: ['P32'],
    reason:
      'A learnt decision never goes into the acceptor: it goes to the learner, and the acceptor drops the slot.',
  },
  {
    ids: ['P34'],
    reason:
      'Not a bug of ours to plant but a history on which checkers must tell info from fail; it is among the tests of the checkers.',
  },
  {
    ids: ['P36'],
    reason: 'A limit of the design (partial connectivity), measured by its own table, not a bug.',
  },
  { ids: ['V01', 'V02'], reason: 'There is no EPaxos and no CASPaxos here.' },
  {
    ids: ['H01', 'H03', 'H04', 'H05'],
    reason:
      'Bugs of the harness: no search finds them, the tests of history, checkers and faults do.',
  },
];

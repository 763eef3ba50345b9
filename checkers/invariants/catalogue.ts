/** Every invariant that is checked: its name and its claim. What the checks report is one of these. */

/** By id. Ids that are missing belong to what is not built: membership changes, snapshots, slots dropped for good. */
export const catalogue = {
  I1: { name: 'election-safety', claim: 'at most one node leads a term or a ballot round' },
  I2: { name: 'leader-append-only', claim: 'a leader neither removes nor overwrites its entries' },
  I3: {
    name: 'log-matching',
    claim: 'two logs with the same term at an index are equal up to there',
  },
  I4: {
    name: 'leader-completeness',
    claim: 'a leader has every entry that was committed in a lower term',
  },
  I5: {
    name: 'state-machine-safety',
    claim: 'what one node commits or applies at an index, every node does',
  },
  I6: {
    name: 'determinism',
    claim: 'the same commands lead to the same results and states on every node',
  },
  I7: {
    name: 'monotone-commit',
    claim: 'commit and applied only grow, applied <= commit <= last index',
  },
  I8: {
    name: 'monotone-term',
    claim: 'term and promised ballot never fall, over restarts neither',
  },
  I9: {
    name: 'durability-before-reply',
    claim: 'a promise leaves only when it is on disk, and a restart finds it there',
  },
  I10: {
    name: 'commit-quorum',
    claim: 'a leader commits by an entry of its own term that is on a majority of disks',
  },
  I11: {
    name: 'more-up-to-date',
    claim: 'a vote goes to a log at least as up-to-date, which holds what the voter has committed',
  },
  I12: { name: 'no-stale-term', claim: 'who has seen a higher term does nothing in a lower one' },
  I13: {
    name: 'match-index',
    claim: 'what a leader takes for replicated is on that disk; it grows and next is above it',
  },
  I14: { name: 'own-term-append', claim: 'a leader appends only entries of its own term' },
  I17: {
    name: 'read-fence',
    claim: 'a read sees everything acknowledged before it, confirmed by a round begun after it',
  },
  I18: {
    name: 'lease-exclusivity',
    claim: 'while a leader answers reads by its lease, no later leader commits anything',
  },
  I19: {
    name: 'quorum-intersection',
    claim: 'every election quorum meets every replication quorum',
  },
  I20: { name: 'exactly-once', claim: 'a command of a session changes the state once' },
  I21: { name: 'no-gap', claim: 'a node applies every index once and in order' },
  I22: { name: 'right-reply', claim: 'a client is told the result of its own command' },
  I23: {
    name: 'phase-quorum',
    claim: 'elected, adopted and chosen are backed by a majority of distinct nodes',
  },
  I24: {
    name: 'slot-agreement',
    claim: 'one command is chosen for a slot, and only it is decided',
  },
  I25: {
    name: 'highest-accepted-wins',
    claim: 'a leader proposes what its quorum accepted in the highest ballot',
  },
  I26: {
    name: 'promise-respected',
    claim: 'nobody acts below a ballot it promised, nor votes twice in a term',
  },
  I27: {
    name: 'one-command-per-ballot',
    claim: 'a ballot has one owner, and one command for a slot; only that is accepted',
  },
  I29: { name: 'passed-over', claim: 'slots that are skipped or called decided are chosen' },
  I30: {
    name: 'acknowledged-stays',
    claim: 'an acknowledged command is in the sequence of every later leader and node',
  },
} as const;

export type InvariantId = keyof typeof catalogue;

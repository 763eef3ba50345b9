/** What is put side by side: three graphs, and the algorithms with and without their switches; and what was published of them. */

/** What became of a cluster whose links stay as they are. */
export type Outcome =
  /** One leader to the end, and clients are served. */
  | 'recovered'
  /** To the end nobody is elected, or nobody who can serve: no operation succeeds. */
  | 'deadlocked'
  /** To the end leaders depose each other. */
  | 'livelocked';

export interface Graph {
  readonly name: string;
  /** The schedule, below `examples/schedules/`. */
  readonly file: string;
  readonly nodes: number;
  /** When the last link is cut, ms. */
  readonly cutMs: number;
  /** Who has to lead by then; left out: whoever does, the schedule goes by roles. */
  readonly leader?: string;
}

export const graphs: readonly Graph[] = [
  { name: 'quorum-loss', file: 'partial-quorum-loss.json', nodes: 5, cutMs: 3000, leader: 'n3' },
  {
    name: 'constrained election',
    file: 'partial-constrained-election.json',
    nodes: 5,
    cutMs: 3150,
    leader: 'n3',
  },
  { name: 'chained', file: 'partial-chained.json', nodes: 3, cutMs: 3000 },
];

export interface Subject {
  readonly name: string;
  readonly system: 'raft' | 'paxos';
  readonly options: Readonly<Record<string, boolean>>;
  /** By graph, of the protocol in the paper that is like this one; left out: the paper measured none that is. */
  readonly published?: Readonly<Record<string, Outcome>>;
}

/**
 * Ng, Haridi and Carbone, Omni-Paxos: Breaking the Barriers of Partial Connectivity (EuroSys 2023), section 7.2 and the artifact. Of
 * the chained graph the artifact says that only Multi-Paxos loses to it.
 */
const publishedRaft = {
  'quorum-loss': 'recovered',
  'constrained election': 'deadlocked',
  chained: 'recovered',
} as const;

export const subjects: readonly Subject[] = [
  {
    name: 'Raft',
    system: 'raft',
    options: { preVote: false, checkQuorum: false },
    published: publishedRaft,
  },
  { name: 'Raft + PreVote', system: 'raft', options: { preVote: true, checkQuorum: false } },
  { name: 'Raft + CheckQuorum', system: 'raft', options: { preVote: false, checkQuorum: true } },
  {
    name: 'Raft + PreVote + CheckQuorum',
    system: 'raft',
    options: { preVote: true, checkQuorum: true },
    published: publishedRaft,
  },
  {
    name: 'Multi-Paxos',
    system: 'paxos',
    options: { canvass: false, checkQuorum: false },
    published: {
      'quorum-loss': 'deadlocked',
      'constrained election': 'recovered',
      chained: 'livelocked',
    },
  },
  {
    name: 'Multi-Paxos + canvass',
    system: 'paxos',
    options: { canvass: true, checkQuorum: false },
  },
  {
    name: 'Multi-Paxos + CheckQuorum',
    system: 'paxos',
    options: { canvass: false, checkQuorum: true },
  },
  {
    name: 'Multi-Paxos + canvass + CheckQuorum',
    system: 'paxos',
    options: { canvass: true, checkQuorum: true },
  },
];

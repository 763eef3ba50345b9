/** What messages are called in the diagram, and what they are for, which decides their colour. */

export type Purpose = 'elect' | 'replicate' | 'read' | 'alive' | 'client';

const table: Readonly<Record<string, readonly [name: string, purpose: Purpose]>> = {
  preVote: ['pre-vote?', 'elect'],
  preVoteReply: ['pre-vote', 'elect'],
  vote: ['vote?', 'elect'],
  voteReply: ['vote', 'elect'],
  canvass: ['canvass?', 'elect'],
  canvassReply: ['canvass', 'elect'],
  p1a: ['1a prepare', 'elect'],
  p1b: ['1b promise', 'elect'],
  preempted: ['preempted', 'elect'],
  append: ['append', 'replicate'],
  appendAccepted: ['accepted', 'replicate'],
  appendRejected: ['rejected', 'replicate'],
  p2a: ['2a accept?', 'replicate'],
  p2b: ['2b accepted', 'replicate'],
  learn: ['learn?', 'replicate'],
  learned: ['learned', 'replicate'],
  readQuery: ['lead?', 'read'],
  readReply: ['lead', 'read'],
  heartbeat: ['heartbeat', 'alive'],
  heartbeatReply: ['heartbeat ok', 'alive'],
  forward: ['forward', 'client'],
  forwarded: ['answer', 'client'],
};

export const nameOf = (message: string): string =>
  Object.hasOwn(table, message) ? (table[message]?.[0] ?? message) : message;

export const purposeOf = (message: string): Purpose =>
  Object.hasOwn(table, message) ? (table[message]?.[1] ?? 'replicate') : 'replicate';

/** `t3` in Raft, `b3` in Paxos. */
export const eraOf = (system: string, term: number | undefined): string =>
  term === undefined ? '' : `${system === 'raft' ? 't' : 'b'}${term}`;

export const eraWords = (system: string, term: number): string =>
  system === 'raft' ? `term ${term}` : `ballot ${term}`;

/** For people: `672.25 ms`. */
export const atMs = (ms: number): string => `${ms.toFixed(2)} ms`;

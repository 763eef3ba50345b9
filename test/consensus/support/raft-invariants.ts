/** Raft's own invariants, checked against what was written to disks and sent, not against what nodes believe. */

import type { NodeId } from '#src/consensus/algorithm';
import { hashJson } from '#src/consensus/hash';
import type { RaftMessage, RaftRecord } from '#src/consensus/raft/messages';
import type { PeerMessage } from '#src/consensus/replica';
import type { ConsensusTrace } from '#src/consensus/trace';
import type { Observer } from './cluster.ts';
import { violated } from './invariants.ts';

/** Of an entry and everything before it. */
interface Link {
  readonly term: number;
  readonly chain: number;
}

class Chain {
  links: Link[] = [];

  write(from: number, terms: readonly number[], hashes: readonly number[]): void {
    this.links.length = from - 1;
    terms.forEach((term, i) => {
      const chain = hashJson([term, hashes[i]], this.links.at(-1)?.chain);
      this.links.push({ term, chain });
    });
  }

  at(index: number): Link | undefined {
    return index === 0 ? { term: 0, chain: 0 } : this.links[index - 1];
  }
}

interface Watched {
  /** As the node has it in memory. */
  memory: Chain;
  readonly disk: Chain;
  diskTerm: number;
  /** By term: for whom the vote on disk is, or was. */
  readonly votes: Map<number, NodeId>;
  /** `index:chain` of everything that was ever on disk. */
  readonly everOnDisk: Set<string>;
  /** `term/index` that was promised to the leader: the chain it had then. */
  readonly promises: Map<string, Link>;
  leads: number | undefined;
  readonly matches: Map<string, number>;
}

/** I2, I3, I4, I9, I10, I13 and I14. */
export class RaftInvariants implements Observer {
  readonly #quorum: number;
  readonly #nodes = new Map<NodeId, Watched>();
  /** By `index/term`. */
  readonly #chains = new Map<string, number>();
  /** By index: what was committed there, and in the term of which leader. */
  readonly #committed: { readonly chain: number; readonly leaderTerm: number }[] = [];

  constructor(size: number) {
    this.#quorum = Math.floor(size / 2) + 1;
  }

  restarted(node: NodeId): void {
    const watched = this.#nodes.get(node) ?? newWatched();
    this.#nodes.set(node, watched);
    watched.memory = new Chain();
    watched.memory.links = [...watched.disk.links];
    watched.leads = undefined;
  }

  durable(node: NodeId, records: readonly unknown[]): void {
    const watched = this.#watched(node);
    for (const record of records as readonly RaftRecord<unknown>[]) {
      if (record.kind === 'hardState') {
        if (record.term < watched.diskTerm) violated('I8', `${node} writes term ${record.term}`);
        watched.diskTerm = record.term;
        if (record.vote !== null) this.#vote(node, watched, record.term, record.vote);
      } else {
        const terms = record.entries.map((entry) => entry.term);
        const hashes = record.entries.map((entry) => hashJson(entry.command));
        watched.disk.write(record.from, terms, hashes);
        for (let i = record.from; i <= watched.disk.links.length; i += 1) {
          watched.everOnDisk.add(`${i}:${watched.disk.at(i)?.chain}`);
        }
      }
    }
  }

  event(node: NodeId, event: ConsensusTrace): void {
    const watched = this.#watched(node);
    if (event.ev === 'append') this.#append(node, watched, event);
    if (event.ev === 'conflictTruncated' && watched.leads !== undefined) {
      violated('I2', `${node}, leader of ${watched.leads}, cuts its log at ${event.index}`);
    }
    if (event.ev === 'becomeFollower') watched.leads = undefined;
    if (event.ev === 'becomeLeader') {
      watched.leads = event.term;
      watched.matches.clear();
      this.#leaderComplete(node, watched, event.term);
    }
    if (event.ev === 'commit' && event.role === 'leader') this.#leaderCommit(node, event);
    if (event.ev === 'appendAcknowledged') {
      const link = watched.memory.at(event.index);
      if (link === undefined) violated('I13', `${node} acknowledges ${event.index}, has less`);
      watched.promises.set(`${event.term}/${event.index}`, link);
    }
    if (event.ev === 'matchAdvanced') matchAdvanced(node, watched, event);
  }

  sent(node: NodeId, to: NodeId, message: PeerMessage): void {
    if (message.kind !== 'algorithm') return;
    const raft = message.message as RaftMessage<unknown>;
    const watched = this.#watched(node);
    const ahead = raft.kind === 'preVote' || (raft.kind === 'preVoteReply' && raft.granted);
    if (!ahead && watched.diskTerm < raft.term) {
      violated('I9', `${node} sends ${raft.kind} of ${raft.term}, on disk is ${watched.diskTerm}`);
    }
    if (raft.kind === 'voteReply' && raft.granted && watched.votes.get(raft.term) !== to) {
      violated('I9', `${node} grants ${to} a vote in ${raft.term} that is not on disk`);
    }
    if (raft.kind === 'vote' && watched.votes.get(raft.term) !== node) {
      violated('I9', `${node} campaigns in ${raft.term} without its own vote on disk`);
    }
    if (raft.kind === 'appendAccepted' && raft.match > 0) {
      const link = watched.promises.get(`${raft.term}/${raft.match}`);
      if (!watched.everOnDisk.has(`${raft.match}:${link?.chain}`)) {
        violated('I9', `${node} acknowledges ${raft.match} before it is on disk`);
      }
    }
  }

  #watched(node: NodeId): Watched {
    const watched = this.#nodes.get(node);
    if (watched === undefined) throw new Error(`${node} speaks before it starts`);
    return watched;
  }

  #vote(node: NodeId, watched: Watched, term: number, vote: NodeId): void {
    const before = watched.votes.get(term);
    if (before !== undefined && before !== vote) {
      violated('I9', `${node} voted for ${before} and for ${vote} in term ${term}`);
    }
    watched.votes.set(term, vote);
  }

  #append(
    node: NodeId,
    watched: Watched,
    event: Extract<ConsensusTrace, { readonly ev: 'append' }>,
  ): void {
    if (event.role === 'leader' && event.terms.some((term) => term !== event.term)) {
      violated('I14', `${node}, leader of ${event.term}, appends terms ${event.terms.join(', ')}`);
    }
    watched.memory.write(event.index, event.terms, event.hashes);
    for (let i = event.index; i < event.index + event.count; i += 1) {
      const { term, chain } = watched.memory.at(i) ?? violated('I3', `${node} has a gap at ${i}`);
      const first = this.#chains.get(`${i}/${term}`) ?? chain;
      if (first !== chain) violated('I3', `two logs differ before (${i}, ${term}), one at ${node}`);
      this.#chains.set(`${i}/${term}`, chain);
    }
  }

  #leaderComplete(node: NodeId, watched: Watched, term: number): void {
    this.#committed.forEach(({ chain, leaderTerm }, index) => {
      if (leaderTerm < term && watched.memory.at(index)?.chain !== chain) {
        violated('I4', `${node} leads ${term} without ${index}, committed in ${leaderTerm}`);
      }
    });
  }

  #leaderCommit(node: NodeId, event: Extract<ConsensusTrace, { readonly ev: 'commit' }>): void {
    const memory = this.#watched(node).memory;
    const chain = memory.at(event.index)?.chain;
    const holders = [...this.#nodes.values()].filter(
      (n) => n.disk.at(event.index)?.chain === chain,
    );
    if (holders.length < this.#quorum) {
      violated('I10', `${node} commits ${event.index}, on ${holders.length} disks`);
    }
    for (let i = event.index; i > 0 && this.#committed[i] === undefined; i -= 1) {
      this.#committed[i] = { chain: memory.at(i)?.chain ?? 0, leaderTerm: event.term };
    }
  }
}

function matchAdvanced(
  node: NodeId,
  watched: Watched,
  { peer, match, next }: Extract<ConsensusTrace, { readonly ev: 'matchAdvanced' }>,
): void {
  const before = watched.matches.get(peer) ?? 0;
  if (match <= before) violated('I13', `${node}: match of ${peer} ${before} -> ${match}`);
  if (next <= match) violated('I13', `${node}: next of ${peer} is ${next}, match ${match}`);
  watched.matches.set(peer, match);
}

const newWatched = (): Watched => ({
  memory: new Chain(),
  disk: new Chain(),
  diskTerm: 0,
  votes: new Map(),
  everOnDisk: new Set(),
  promises: new Map(),
  leads: undefined,
  matches: new Map(),
});

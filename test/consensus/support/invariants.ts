/** What must hold in every run of every algorithm, checked event by event without asking the nodes. */

import type { NodeId } from '#src/consensus/algorithm';
import type { ConsensusTrace } from '#src/consensus/trace';
import type { Observer } from './cluster.ts';

export function violated(invariant: string, detail: string): never {
  throw new Error(`${invariant} is violated: ${detail}`);
}

interface Seen {
  term: number;
  commit: number;
  applied: number;
  /** By request: what had been acknowledged anywhere when the read began here. */
  readonly reads: Map<number, number>;
}

/** I1, I5, I6, I7, I8 (within an incarnation), I17 and I21. Counts what happened, so that a test can demand that it did. */
export class CommonInvariants implements Observer {
  readonly counts = new Map<string, number>();
  readonly #leaders = new Map<number, NodeId>();
  /** By index: the hash of the command, the hash of everything up to it. */
  readonly #decided = new Map<number, { readonly hash: number; readonly chain: number }>();
  readonly #nodes = new Map<NodeId, Seen>();
  /** The highest index of which any client was told. */
  #acknowledged = 0;

  restarted(node: NodeId): void {
    this.#nodes.set(node, { term: 0, commit: 0, applied: 0, reads: new Map() });
  }

  event(node: NodeId, event: ConsensusTrace): void {
    this.counts.set(event.ev, (this.counts.get(event.ev) ?? 0) + 1);
    const seen = this.#nodes.get(node);
    if (seen === undefined) throw new Error(`${node} speaks before it starts`);
    if (event.ev === 'becomeLeader') this.#oneLeader(node, event.term);
    if (event.ev === 'commit') commitMonotone(node, seen, event);
    if (event.ev === 'apply') this.#sameEverywhere(node, seen, event);
    if (event.ev === 'readRequested') seen.reads.set(event.request, this.#acknowledged);
    if (event.ev === 'readConfirmed') {
      const due = Math.max(event.readIndex, seen.reads.get(event.request) ?? 0);
      if (event.applied < due) violated('I17', `${node} answers at ${event.applied}, due ${due}`);
      seen.reads.delete(event.request);
    }
    if (event.ev === 'replied' && event.session !== undefined && event.outcome === 'ok') {
      this.#acknowledged = Math.max(this.#acknowledged, event.applied);
    }
    if (event.ev === 'persist') {
      if (event.term < seen.term) violated('I8', `${node}: ${seen.term} -> ${event.term}`);
      seen.term = event.term;
    }
  }

  #oneLeader(node: NodeId, term: number): void {
    const other = this.#leaders.get(term);
    if (other !== undefined) violated('I1', `${other} and ${node} lead term ${term}`);
    this.#leaders.set(term, node);
  }

  #sameEverywhere(
    node: NodeId,
    seen: Seen,
    event: Extract<ConsensusTrace, { readonly ev: 'apply' }>,
  ): void {
    const { index, hash, chain } = event;
    if (index !== seen.applied + 1)
      violated('I21', `${node} applies ${index} after ${seen.applied}`);
    seen.applied = index;
    if (index > seen.commit) violated('I7', `${node} applies ${index}, committed ${seen.commit}`);
    const first = this.#decided.get(index);
    if (first === undefined) this.#decided.set(index, { hash, chain });
    else if (first.hash !== hash) violated('I5', `${node} applies another command at ${index}`);
    else if (first.chain !== chain) violated('I6', `${node} has another state at ${index}`);
  }
}

function commitMonotone(
  node: NodeId,
  seen: Seen,
  { index, lastIndex }: Extract<ConsensusTrace, { readonly ev: 'commit' }>,
): void {
  if (index <= seen.commit) violated('I7', `${node} commits ${index} after ${seen.commit}`);
  if (index > lastIndex) violated('I7', `${node} commits ${index}, its log ends at ${lastIndex}`);
  seen.commit = index;
}

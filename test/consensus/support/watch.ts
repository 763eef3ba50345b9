/** Hands the events of a test cluster to the invariants and throws at the first violation. */

import { createInvariants, describeEvent, type Traced } from '#checkers/invariants/index';
import type { NodeId } from '#src/consensus/algorithm';
import type { ConsensusTrace } from '#src/consensus/trace';
import type { Cluster, Observer } from './cluster.ts';

/** For judges of their own, in the same words. */
export function violated(invariant: string, detail: string): never {
  throw new Error(`${invariant} is violated: ${detail}`);
}

export class Watch implements Observer {
  /** How often each event was seen. */
  readonly counts = new Map<string, number>();
  readonly events: Traced[] = [];
  readonly #invariants;
  readonly #incarnations = new Map<NodeId, number>();
  readonly #keep: boolean;
  #seq = 0;
  cluster: Cluster | undefined;

  constructor(algorithm: 'raft' | 'paxos', size: number, keep = false) {
    const members = Array.from({ length: size }, (_, i) => `n${i + 1}`);
    this.#invariants = createInvariants({ algorithm, members });
    this.#keep = keep;
  }

  restarted(node: NodeId): void {
    this.#incarnations.set(node, (this.#incarnations.get(node) ?? 0) + 1);
  }

  event(node: NodeId, event: ConsensusTrace): void {
    this.counts.set(event.ev, (this.counts.get(event.ev) ?? 0) + 1);
    this.#seq += 1;
    const traced: Traced = {
      ...event,
      seq: this.#seq,
      timeNs: (this.cluster?.time.nowMs ?? 0) * 1e6,
      node,
      incarnation: this.#incarnations.get(node) ?? 0,
    };
    if (this.#keep) this.events.push(traced);
    const violation = this.#invariants.observe(traced);
    if (violation === undefined) return;
    const { invariant, name, explanation, events } = violation;
    throw new Error(
      [`${invariant} ${name} is violated: ${explanation}`, ...events.map(describeEvent)].join(
        '\n  ',
      ),
    );
  }
}

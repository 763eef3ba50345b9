/** The learner: a value is chosen when a majority of acceptors accepted it in the same ballot. */

import type { NodeId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import { broadcast, type SingleDecree } from './core.ts';
import type { AcceptedValue, MessageOf } from './messages.ts';

/** An acceptor said that it accepted, durably, what this node proposed in this ballot. */
export function countAccepted<V>(node: SingleDecree<V>, by: NodeId): void {
  const { proposer } = node;
  if (proposer.kind !== 'proposing') return;
  proposer.accepted.add(by);
  if (proposer.accepted.size < node.quorum) return;
  const { ballot, value, accepted } = proposer;
  node.trace?.({ ev: 'chosen', term: ballot.round, ballot, value, quorum: [...accepted] });
  learn(node, { ballot, value });
  broadcast(node, { kind: 'learn', ballot, value }, 0);
}

/** Somebody who knows says so. */
export function onLearn<V>(
  node: SingleDecree<V>,
  from: NodeId,
  message: MessageOf<'learn', V>,
): void {
  const { ballot, value } = message;
  if (node.chosen === undefined) {
    node.trace?.({ ev: 'learned', term: ballot.round, ballot, value, from });
  }
  learn(node, { ballot, value });
}

/** Throws BrokenInvariant when another value was chosen before: then a disk forgot what it had promised. */
function learn<V>(node: SingleDecree<V>, { ballot, value }: AcceptedValue<V>): void {
  if (node.chosen !== undefined) {
    if (JSON.stringify(node.chosen.value) !== JSON.stringify(value)) {
      broken(
        `two values chosen: ${JSON.stringify(node.chosen.value)} and ${JSON.stringify(value)}`,
      );
    }
    return;
  }
  node.chosen = { ballot, value };
  node.proposer = { kind: 'idle' };
  node.out.put({ kind: 'commit', index: 1, term: ballot.round, command: value });
}

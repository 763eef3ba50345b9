/** The proposer: phase 1 finds out what may have been chosen, phase 2 proposes that, or its own value where nothing was. */

import type { NodeId } from '../algorithm.ts';
import { broken } from '../invariant.ts';
import { type Ballot, compareBallots, sameBallot } from '../paxos/ballot.ts';
import { broadcast, type SingleDecree } from './core.ts';
import { countAccepted } from './learner.ts';
import { backoffDoublingsMax } from './limits.ts';
import type { AcceptedValue, MessageOf } from './messages.ts';

/** What the client wants. The first value stays: a proposer must not change its mind while it proposes. */
export function propose<V>(node: SingleDecree<V>, value: V, leastRound: number): void {
  node.wanted ??= { value };
  if (node.chosen !== undefined || node.proposer.kind !== 'idle') return;
  prepare(node, leastRound);
}

/** Phase 1a. This node's own durable promise, on which the messages wait, keeps the ballot from being used again. */
export function prepare<V>(node: SingleDecree<V>, leastRound: number): void {
  const wanted = node.wanted ?? broken(`${node.self} prepares without a value`);
  const above = Math.max(node.highestRound, node.acceptor.promised.round) + 1;
  const ballot: Ballot = { round: Math.max(above, leastRound), node: node.self };
  node.highestRound = ballot.round;
  node.trace?.({ ev: 'prepared', term: ballot.round, ballot, value: wanted.value });
  const before = node.acceptor.promised;
  const ownAccepted = node.acceptor.accepted;
  node.acceptor.promise(ballot);
  node.trace?.({
    ev: 'promised',
    term: ballot.round,
    ballot,
    before,
    accepted: ownAccepted ?? null,
  });
  const ownSequence = node.out.persist({ kind: 'promise', ballot });
  const sentMs = node.nowMs;
  node.proposer = {
    kind: 'preparing',
    ballot,
    promises: new Map(),
    ownSequence,
    ownAccepted,
    sentMs,
  };
  broadcast(node, { kind: 'prepare', ballot }, ownSequence);
}

export function onPromise<V>(
  node: SingleDecree<V>,
  from: NodeId,
  message: MessageOf<'promise', V>,
): void {
  if (node.proposer.kind !== 'preparing') return;
  if (!sameBallot(node.proposer.ballot, message.ballot)) return;
  countPromise(node, from, message.accepted);
}

/** Distinct acceptors, this ballot: with a majority of them, phase 2 begins. */
function countPromise<V>(
  node: SingleDecree<V>,
  from: NodeId,
  accepted: AcceptedValue<V> | undefined,
): void {
  const { proposer } = node;
  if (proposer.kind !== 'preparing') return;
  proposer.promises.set(from, accepted);
  if (proposer.promises.size < node.quorum) return;
  const { ballot, promises } = proposer;
  const wanted = node.wanted ?? broken(`${node.self} proposes without a value`);
  const found = highest(promises);
  const value = found === undefined ? wanted.value : found.value;
  node.trace?.({
    ev: 'proposed',
    term: ballot.round,
    ballot,
    value,
    wanted: wanted.value,
    quorum: [...promises.keys()],
    adopted: found === undefined ? null : { from: found.from, ballot: found.ballot },
  });
  node.acceptor.accept(ballot, value);
  node.trace?.({ ev: 'accepted', term: ballot.round, ballot, value });
  const ownSequence = node.out.persist({ kind: 'accept', ballot, value });
  const sentMs = node.nowMs;
  node.proposer = { kind: 'proposing', ballot, value, accepted: new Set(), ownSequence, sentMs };
  // In parallel with this node's own disk: its own acceptance is not what the message speaks of.
  broadcast(node, { kind: 'accept', ballot, value }, 0);
}

/** The report with the highest ballot: a value chosen before must be it, since every two majorities meet. */
function highest<V>(
  promises: ReadonlyMap<NodeId, AcceptedValue<V> | undefined>,
): (AcceptedValue<V> & { readonly from: NodeId }) | undefined {
  let best: (AcceptedValue<V> & { readonly from: NodeId }) | undefined;
  for (const [from, accepted] of promises) {
    if (accepted === undefined) continue;
    if (best === undefined || compareBallots(accepted.ballot, best.ballot) > 0) {
      best = { ...accepted, from };
    }
  }
  return best;
}

export function onAccepted<V>(
  node: SingleDecree<V>,
  from: NodeId,
  message: MessageOf<'accepted', V>,
): void {
  if (node.proposer.kind !== 'proposing') return;
  if (sameBallot(node.proposer.ballot, message.ballot)) countAccepted(node, from);
}

export function onNack<V>(node: SingleDecree<V>, message: MessageOf<'nack', V>): void {
  node.highestRound = Math.max(node.highestRound, message.promised.round);
  const { proposer } = node;
  if (proposer.kind !== 'preparing' && proposer.kind !== 'proposing') return;
  if (sameBallot(proposer.ballot, message.ballot)) preempt(node, message.promised);
}

/** Somebody promised, or prepares, a higher ballot: this one cannot be counted on any more. */
export function preempt<V>(node: SingleDecree<V>, by: Ballot): void {
  node.highestRound = Math.max(node.highestRound, by.round);
  const { proposer } = node;
  if (proposer.kind !== 'preparing' && proposer.kind !== 'proposing') return;
  if (compareBallots(by, proposer.ballot) <= 0) return;
  const spread = node.config.backoffMs * 2 ** Math.min(node.preemptions, backoffDoublingsMax);
  const waitMs = node.config.backoffMs + node.random.below(Math.ceil(spread));
  node.preemptions += 1;
  const { ballot } = proposer;
  node.trace?.({ ev: 'preempted', term: ballot.round, ballot, by, waitMs });
  node.proposer = { kind: 'backingOff', untilMs: node.nowMs + waitMs };
}

/** Its own acceptor's answers count when they are on disk. */
export function countOwn<V>(node: SingleDecree<V>): void {
  if (
    node.proposer.kind === 'preparing' &&
    !node.proposer.promises.has(node.self) &&
    node.durableSequence >= node.proposer.ownSequence
  ) {
    countPromise(node, node.self, node.proposer.ownAccepted);
  } else if (
    node.proposer.kind === 'proposing' &&
    !node.proposer.accepted.has(node.self) &&
    node.durableSequence >= node.proposer.ownSequence
  ) {
    countAccepted(node, node.self);
  }
}

/** Tries again after stepping back, and asks again those who did not answer: links lose messages. */
export function onTick<V>(node: SingleDecree<V>): void {
  const { proposer } = node;
  if (proposer.kind === 'idle') return;
  if (proposer.kind === 'backingOff') {
    if (node.nowMs >= proposer.untilMs) prepare(node, 1);
    return;
  }
  if (node.nowMs - proposer.sentMs < node.config.retransmitMs) return;
  proposer.sentMs = node.nowMs;
  const { ballot } = proposer;
  for (const peer of node.peers) {
    if (proposer.kind === 'preparing') {
      if (!proposer.promises.has(peer)) {
        node.out.send(peer, { kind: 'prepare', ballot }, proposer.ownSequence);
      }
    } else if (!proposer.accepted.has(peer)) {
      node.out.send(peer, { kind: 'accept', ballot, value: proposer.value }, 0);
    }
  }
}

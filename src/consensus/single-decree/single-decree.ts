/**
 * Single-decree Paxos (Lamport, "Paxos Made Simple"), pure: nodes agree on one value, once. Every node is proposer,
 * acceptor and learner.
 *
 *     proposer                     acceptors
 *     prepare 1.A  ------------->  promise nothing below 1.A        (on disk before it is said)
 *                  <-------------  promise 1.A, accepted: ...
 *     a majority: take the value of the highest ballot reported, else its own
 *     accept 1.A v ------------->  unless something higher was promised: accept      (on disk before it is said)
 *                  <-------------  accepted 1.A
 *     a majority: v is chosen, for ever
 *     learn v      ------------->
 *
 * The parts: `acceptor` the memory; `proposer` both phases; `learner` what is chosen; `core` the state they share.
 */

import type { NodeId, RandomSource } from '../algorithm.ts';
import { broken, unreachable } from '../invariant.ts';
import { Outbox } from '../outbox.ts';
import { type Ballot, compareBallots } from '../paxos/ballot.ts';
import type { SingleDecree, SingleDecreeConfig, SingleDecreeEffect } from './core.ts';
import { onLearn } from './learner.ts';
import type { MessageOf, SingleDecreeMessage } from './messages.ts';
import { countOwn, onAccepted, onNack, onPromise, onTick, preempt, propose } from './proposer.ts';
import { recover } from './recovery.ts';

export type SingleDecreeInput<Value> =
  /** `nowMs` is the node's own monotonic clock, in every input. */
  | { readonly kind: 'tick'; readonly nowMs: number }
  | {
      readonly kind: 'message';
      readonly nowMs: number;
      readonly from: NodeId;
      readonly message: SingleDecreeMessage<Value>;
    }
  /**
   * Try to have this value chosen, and go on until some value is. Only the first proposal of an incarnation counts.
   * `leastRound`: start no lower than this round; higher is always allowed, lower never.
   */
  | {
      readonly kind: 'propose';
      readonly nowMs: number;
      readonly value: Value;
      readonly leastRound?: number;
    }
  /** Everything persisted with a sequence up to and including this one is on disk. */
  | { readonly kind: 'durable'; readonly nowMs: number; readonly sequence: number };

export interface SingleDecreeStatus<Value> {
  readonly proposer: 'idle' | 'preparing' | 'proposing' | 'backingOff';
  /** The ballot being prepared or proposed. */
  readonly ballot: Ballot | undefined;
  /** Set once this incarnation knows that the value is chosen. */
  readonly chosen: { readonly value: Value } | undefined;
  /** Who promised, or accepted, in that ballot so far. */
  readonly answered: readonly NodeId[];
}

export interface SingleDecreeNode<Value> {
  /** Pure but for the object's own state: the same inputs give the same effects. Throws on a broken invariant. */
  step(input: SingleDecreeInput<Value>): readonly SingleDecreeEffect<Value>[];
  status(): SingleDecreeStatus<Value>;
}

/**
 * A node that continues from what its disk holds (no records: a new member). Values are JSON. Throws RangeError when the
 * configuration cannot be used and BrokenInvariant when the records are not a single-decree node's.
 */
export function createSingleDecree<Value>(
  config: SingleDecreeConfig,
  durableRecords: readonly unknown[],
  random: RandomSource,
  nowMs: number,
): SingleDecreeNode<Value> {
  checkConfig(config);
  const acceptor = recover<Value>(durableRecords);
  const out: SingleDecree<Value>['out'] = new Outbox();
  const node: SingleDecree<Value> = {
    self: config.self,
    peers: config.members.filter((member) => member !== config.self),
    quorum: Math.floor(config.members.length / 2) + 1,
    config,
    random,
    acceptor,
    out,
    trace:
      config.trace === false
        ? undefined
        : (event) => out.put({ kind: 'trace', event: { ...event } }),
    nowMs,
    proposer: { kind: 'idle' },
    wanted: undefined,
    highestRound: acceptor.promised.round,
    preemptions: 0,
    durableSequence: 0,
    chosen: undefined,
  };
  return { step: (input) => step(node, input), status: () => status(node) };
}

function checkConfig({ self, members, retransmitMs, backoffMs }: SingleDecreeConfig): void {
  if (!members.includes(self) || new Set(members).size !== members.length) {
    throw new RangeError(`members must be distinct and hold ${self}: ${members.join(', ')}`);
  }
  if (!(retransmitMs > 0) || !(backoffMs > 0)) {
    throw new RangeError(
      `retransmitMs ${retransmitMs} and backoffMs ${backoffMs} must be above 0 ms`,
    );
  }
}

function status<V>({ proposer, chosen }: SingleDecree<V>): SingleDecreeStatus<V> {
  const active = proposer.kind === 'preparing' || proposer.kind === 'proposing';
  return {
    proposer: proposer.kind,
    ballot: active ? proposer.ballot : undefined,
    chosen,
    answered: active
      ? [...(proposer.kind === 'preparing' ? proposer.promises.keys() : proposer.accepted)]
      : [],
  };
}

function step<V>(
  node: SingleDecree<V>,
  input: SingleDecreeInput<V>,
): readonly SingleDecreeEffect<V>[] {
  node.nowMs = Math.max(node.nowMs, input.nowMs);
  handle(node, input);
  return node.out.take();
}

function handle<V>(node: SingleDecree<V>, input: SingleDecreeInput<V>): void {
  switch (input.kind) {
    case 'tick':
      return onTick(node);
    case 'message':
      return onMessage(node, input.from, input.message);
    case 'propose':
      return propose(node, input.value, input.leastRound ?? 1);
    case 'durable':
      return onDurable(node, input.sequence);
    default:
      return unreachable(input);
  }
}

function onDurable<V>(node: SingleDecree<V>, sequence: number): void {
  if (sequence > node.out.lastSequence) {
    broken(`durable up to ${sequence}, but only ${node.out.lastSequence} was written`);
  }
  node.durableSequence = Math.max(node.durableSequence, sequence);
  countOwn(node);
}

function onMessage<V>(node: SingleDecree<V>, from: NodeId, message: SingleDecreeMessage<V>): void {
  if (!node.peers.includes(from)) broken(`a message from ${from}, which is not a member`);
  switch (message.kind) {
    case 'prepare':
      return onPrepare(node, from, message);
    case 'promise':
      return onPromise(node, from, message);
    case 'accept':
      return onAccept(node, from, message);
    case 'accepted':
      return onAccepted(node, from, message);
    case 'nack':
      return onNack(node, message);
    case 'learn':
      return onLearn(node, from, message);
    default:
      return unreachable(message);
  }
}

/** The acceptor's side of phase 1. */
function onPrepare<V>(node: SingleDecree<V>, from: NodeId, message: MessageOf<'prepare', V>): void {
  const { ballot } = message;
  if (answerKnown(node, from) || refuse(node, from, 'prepare', ballot)) return;
  preempt(node, ballot);
  const { promised: before, accepted } = node.acceptor;
  if (node.acceptor.promise(ballot)) node.out.persist({ kind: 'promise', ballot });
  node.trace?.({ ev: 'promised', term: ballot.round, ballot, before, accepted: accepted ?? null });
  const promise = { kind: 'promise', ballot } as const;
  const reply = accepted === undefined ? promise : { ...promise, accepted };
  // The promise, and every acceptance it tells of, must be on disk before it is told.
  node.out.send(from, reply, node.out.lastSequence);
}

/** The acceptor's side of phase 2. */
function onAccept<V>(node: SingleDecree<V>, from: NodeId, message: MessageOf<'accept', V>): void {
  const { ballot, value } = message;
  if (answerKnown(node, from) || refuse(node, from, 'accept', ballot)) return;
  preempt(node, ballot);
  if (node.acceptor.accept(ballot, value)) node.out.persist({ kind: 'accept', ballot, value });
  node.trace?.({ ev: 'accepted', term: ballot.round, ballot, value });
  node.out.send(from, { kind: 'accepted', ballot }, node.out.lastSequence);
}

/** The end of every retransmission and of every late proposal: who knows tells. */
function answerKnown<V>(node: SingleDecree<V>, from: NodeId): boolean {
  if (node.chosen === undefined) return false;
  node.out.send(from, { kind: 'learn', ...node.chosen }, 0);
  return true;
}

/** A lower ballot than the one promised is refused, and its proposer told which one it has to beat. */
function refuse<V>(
  node: SingleDecree<V>,
  from: NodeId,
  phase: 'prepare' | 'accept',
  ballot: Ballot,
): boolean {
  const { promised } = node.acceptor;
  if (compareBallots(ballot, promised) >= 0) return false;
  node.trace?.({ ev: 'refused', term: ballot.round, phase, ballot, promised });
  node.out.send(from, { kind: 'nack', ballot, promised }, 0);
  return true;
}

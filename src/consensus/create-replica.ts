/** The replica: an algorithm, the key-value store with its sessions, and the way of every request to exactly one reply. */

import type { Algorithm, Effect, NodeId, RejectReason, RequestId } from './algorithm.ts';
import { algorithms } from './algorithms.ts';
import { createDecreeReplica } from './decree-replica.ts';
import { hashJson, hashNumber } from './hash.ts';
import { broken, unreachable } from './invariant.ts';
import type { PeerMessage, Replica, ReplicaEffect, ReplicaInput, ReplicaSetup } from './replica.ts';
import { requestProblem } from './request.ts';
import { type Origin, Router } from './router.ts';
import {
  type ClientRequest,
  type ClientResponse,
  type Command,
  type ErrorCode,
  errorCodes,
  type LogCommand,
  type Query,
} from './state-machine/command.ts';
import { createKv } from './state-machine/kv.ts';
import { type SessionMachine, withSessions } from './state-machine/sessions.ts';
import type { TraceSink } from './trace.ts';

type AlgorithmEffect = Effect<unknown, unknown, LogCommand>;

interface State {
  readonly setup: ReplicaSetup;
  readonly core: Algorithm<unknown, unknown, LogCommand>;
  readonly machine: SessionMachine<Command, Query, ClientResponse>;
  readonly router: Router;
  readonly trace: TraceSink;
  effects: ReplicaEffect[];
  applied: number;
  chain: number;
}

/** Throws RangeError on an unknown algorithm or unusable configuration, BrokenInvariant on records that make no sense. */
export function createReplica(setup: ReplicaSetup): Replica {
  // Not a log: it has a replica of its own.
  if (setup.algorithm === 'single-decree') return createDecreeReplica(setup);
  const create = new Map(Object.entries(algorithms)).get(setup.algorithm);
  if (create === undefined) {
    throw new RangeError(
      `unknown algorithm ${setup.algorithm}; allowed are ${Object.keys(algorithms).join(', ')}, single-decree`,
    );
  }
  const { config, options, durable, random, nowMs } = setup;
  const replica: State = {
    setup,
    core: create(config, options, durable, random, nowMs),
    machine: withSessions(createKv(), config.limits.maxSessions),
    router: new Router(2 * config.timing.electionTimeoutMs),
    trace: config.trace === false ? undefined : (event) => put(replica, { kind: 'trace', event }),
    effects: [],
    applied: 0,
    chain: 0,
  };
  return {
    step: (input) => step(replica, input),
    status: () => replica.core.status(),
    quietUntilMs: () => Math.min(replica.core.quietUntilMs(), replica.router.nextOverdueMs),
  };
}

/** Most steps ask for nothing. */
const none: readonly ReplicaEffect[] = [];

function step(replica: State, input: ReplicaInput): readonly ReplicaEffect[] {
  handle(replica, input);
  const { effects } = replica;
  if (effects.length > 0) replica.effects = [];
  return effects.length > 0 ? effects : none;
}

function handle(replica: State, input: ReplicaInput): void {
  const { nowMs } = input;
  switch (input.kind) {
    case 'tick':
      perform(replica, replica.core.step({ kind: 'tick', nowMs }));
      for (const request of replica.router.overdue(nowMs)) {
        replyToClient(replica, request, { kind: 'error', code: 'forward-timeout' });
      }
      return;
    case 'durable':
      perform(replica, replica.core.step({ kind: 'durable', nowMs, sequence: input.sequence }));
      return;
    case 'client':
      onClient(replica, nowMs, input.request, input.body);
      return;
    case 'peer':
      onPeer(replica, nowMs, input.from, input.message);
      return;
    default:
      unreachable(input);
  }
}

function onPeer(replica: State, nowMs: number, from: NodeId, message: PeerMessage): void {
  switch (message.kind) {
    case 'algorithm':
      perform(
        replica,
        replica.core.step({ kind: 'message', nowMs, from, message: message.message }),
      );
      return;
    case 'forward': {
      const { request, incarnation, to, body } = message;
      replica.router.heardOf(from, incarnation);
      if (replica.router.isRepeated(from, incarnation, request)) return;
      const isFirst = to === replica.setup.incarnation;
      // Not handed on if this node does not lead either: requests would circle while nobody leads.
      submit(replica, nowMs, { kind: 'peer', from, request, incarnation, isFirst }, body);
      return;
    }
    case 'forwarded':
      replica.router.heardOf(from, message.by);
      if (message.incarnation !== replica.setup.incarnation) return;
      if (!replica.router.forwardAnswered(message.request)) return;
      replyToClient(replica, message.request, message.response);
      return;
    default:
      unreachable(message);
  }
}

function onClient(replica: State, nowMs: number, request: number, body: ClientRequest): void {
  const problem = requestProblem(body);
  const { leader } = replica.core.status();
  const self = replica.setup.config.self;
  if (problem !== undefined) {
    replyToClient(replica, request, { kind: 'error', code: 'bad-command', detail: problem });
  } else if (leader === undefined || leader === self) {
    submit(replica, nowMs, { kind: 'client', request }, body);
  } else {
    replica.router.forwarded(request, nowMs);
    const { incarnation } = replica.setup;
    const to = replica.router.incarnationOf(leader);
    const kind = 'forward';
    const message: PeerMessage =
      to === undefined
        ? { kind, request, incarnation, body }
        : { kind, request, incarnation, to, body };
    put(replica, { kind: 'send', to: leader, message, afterDurable: 0 });
  }
}

/** To the algorithm of this node, which refuses when it does not lead. */
function submit(replica: State, nowMs: number, origin: Origin, body: ClientRequest): void {
  const request = replica.router.open(origin, body);
  if (body.kind === 'query') perform(replica, replica.core.step({ kind: 'read', nowMs, request }));
  else perform(replica, replica.core.step({ kind: 'propose', nowMs, request, command: body }));
}

function put(replica: State, effect: ReplicaEffect): void {
  // Most steps ask for one thing, and a list that begins empty makes room for 17.
  if (replica.effects.length === 0) replica.effects = [effect];
  else replica.effects.push(effect);
}

function perform(replica: State, effects: readonly AlgorithmEffect[]): void {
  // A loop without an iterator: this is on the path of every message.
  for (let at = 0; at < effects.length; at += 1)
    performOne(replica, effects[at] as AlgorithmEffect);
}

function performOne(replica: State, effect: AlgorithmEffect): void {
  switch (effect.kind) {
    case 'persist':
    case 'trace':
      put(replica, effect);
      return;
    case 'send': {
      const message = { kind: 'algorithm', message: effect.message } as const;
      const { to, afterDurable } = effect;
      put(replica, { kind: 'send', to, message, afterDurable });
      return;
    }
    case 'commit':
      applyCommit(replica, effect);
      return;
    case 'readReady':
      answerRead(replica, effect.request);
      return;
    case 'reject':
      answer(replica, effect.request, { kind: 'error', code: errorCodeOf[effect.reason] });
      return;
    default:
      unreachable(effect);
  }
}

const errorCodeOf = {
  'not-leader': 'no-leader',
  overloaded: 'overloaded',
  'lost-leadership': 'lost-leadership',
  'read-abandoned': 'read-abandoned',
} as const satisfies Record<RejectReason, ErrorCode>;

type Commit = Extract<AlgorithmEffect, { readonly kind: 'commit' }>;

function applyCommit(replica: State, { index, term, command, request }: Commit): void {
  if (index !== replica.applied + 1) broken(`commit of ${index} after ${replica.applied}`);
  replica.applied = index;
  const repeated = command !== undefined && replica.machine.isRepeated(command);
  const response = command === undefined ? undefined : replica.machine.apply(command);
  if (replica.trace !== undefined)
    traceApply(replica, { index, term, command, repeated, response });
  if (request === undefined) return;
  answer(replica, request, response ?? broken(`request ${request} ended as the no-op at ${index}`));
}

function traceApply(
  replica: State,
  applied: Pick<Commit, 'index' | 'term' | 'command'> & {
    readonly repeated: boolean;
    readonly response: ClientResponse | undefined;
  },
): void {
  const { index, term, command, repeated, response } = applied;
  const named = command === undefined ? {} : sessionOf(command);
  const hash = hashJson(command);
  const result = hashJson(response);
  replica.chain = hashNumber(result, hashNumber(hash, hashNumber(index, replica.chain)));
  const { chain } = replica;
  const outcome = response === undefined ? 'no-op' : outcomeOf(response);
  replica.trace?.({ ev: 'apply', index, term, hash, chain, result, outcome, repeated, ...named });
  if (repeated && command?.kind === 'command') {
    const { session, sequence } = command;
    replica.trace?.({ ev: 'dedupeHit', index, session, sequence });
  }
}

const outcomeOf = (response: ClientResponse): string =>
  response.kind === 'ok' ? 'ok' : response.code;

const sessionOf = (body: ClientRequest) =>
  body.kind === 'command' ? { session: body.session, sequence: body.sequence } : {};

/** The algorithm has said that the applied state is fresh enough. */
function answerRead(replica: State, request: RequestId): void {
  const { origin, body } = replica.router.close(request);
  if (body.kind !== 'query')
    broken(`request ${request} is confirmed as a read but is ${body.kind}`);
  finish(replica, origin, body, replica.machine.query(body.query));
}

function answer(replica: State, request: RequestId, response: ClientResponse): void {
  const { origin, body } = replica.router.close(request);
  finish(replica, origin, body, response);
}

function finish(
  replica: State,
  origin: Origin,
  body: ClientRequest,
  response: ClientResponse,
): void {
  const said = saidTo(origin, body, response);
  replica.trace?.({
    ev: 'replied',
    request: origin.request,
    applied: replica.applied,
    outcome: outcomeOf(said),
    forwarded: origin.kind === 'peer',
    ...handedOn(origin),
    result: hashJson(said),
    ...sessionOf(body),
  });
  if (origin.kind === 'client') {
    replyToClient(replica, origin.request, said);
  } else {
    const { request, incarnation } = origin;
    const by = replica.setup.incarnation;
    const message = { kind: 'forwarded', request, incarnation, by, response: said } as const;
    put(replica, { kind: 'send', to: origin.from, message, afterDurable: 0 });
  }
}

const saidTo = (origin: Origin, body: ClientRequest, response: ClientResponse): ClientResponse =>
  origin.kind === 'client' || origin.isFirst || body.kind !== 'command'
    ? response
    : withoutCertainty(response);

const handedOn = (origin: Origin) =>
  origin.kind === 'client'
    ? {}
    : { handed: { by: origin.from, in: origin.incarnation, first: origin.isFirst } };

/**
 * A copy of the command may have been with an earlier incarnation of this node, which may have proposed it: that this one refuses says
 * nothing about that.
 */
const withoutCertainty = (response: ClientResponse): ClientResponse =>
  response.kind === 'error' && response.code !== 'bad-command' && errorCodes[response.code].definite
    ? { kind: 'error', code: 'refused-later', detail: response.code }
    : response;

function replyToClient(replica: State, request: RequestId, response: ClientResponse): void {
  put(replica, { kind: 'reply', request, response });
}

/**
 * Single-decree Paxos as a node: one instance for every key that somebody proposed for. The command `decide` proposes, and is
 * answered with the value that was chosen; every other command and every query is refused, since there is no log behind it.
 *
 * Instances share the disk: each counts its own persists from 1, and this file translates between those counts and the
 * node's.
 */

import type { NodeId, RequestId, Status } from './algorithm.ts';
import { broken, unreachable } from './invariant.ts';
import type { Replica, ReplicaEffect, ReplicaInput, ReplicaSetup } from './replica.ts';
import { requestProblem } from './request.ts';
import type { SingleDecreeMessage, SingleDecreeRecord } from './single-decree/messages.ts';
import {
  createSingleDecree,
  type SingleDecreeInput,
  type SingleDecreeNode,
} from './single-decree/single-decree.ts';
import type { ClientRequest, ClientResponse, Value } from './state-machine/command.ts';

/** One record of one instance, as it stands in the log. */
interface KeyedRecord {
  readonly key: string;
  readonly record: SingleDecreeRecord<Value>;
}

/** What travels between instances for the same key. */
interface KeyedMessage {
  readonly key: string;
  readonly message: SingleDecreeMessage<Value>;
}

interface Instance {
  readonly node: SingleDecreeNode<Value>;
  /** globalOf[i] is the node's sequence for this instance's sequence i + 1. */
  readonly globalOf: number[];
  /** Clients that wait for the choice. */
  waiting: RequestId[];
}

interface State {
  readonly setup: ReplicaSetup;
  readonly instances: Map<string, Instance>;
  /** Keys whose proposers are at work. Only they need to know that time passes. */
  readonly active: Set<string>;
  /** Persists that are not on disk yet, oldest first. */
  unsynced: { readonly global: number; readonly key: string; readonly local: number }[];
  lastSequence: number;
  sessions: number;
  chosen: number;
  nowMs: number;
  effects: ReplicaEffect[];
}

/** Throws RangeError on an unusable configuration and BrokenInvariant on records that make no sense. */
export function createDecreeReplica(setup: ReplicaSetup): Replica {
  const state: State = {
    setup,
    instances: new Map(),
    active: new Set(),
    unsynced: [],
    lastSequence: 0,
    sessions: 0,
    chosen: 0,
    nowMs: setup.nowMs,
    effects: [],
  };
  const byKey = new Map<string, SingleDecreeRecord<Value>[]>();
  for (const { key, record } of setup.durable as readonly KeyedRecord[]) {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [record]);
    else known.push(record);
  }
  for (const [key, records] of byKey) state.instances.set(key, createInstance(state, records));
  return {
    step: (input) => step(state, input),
    status: () => status(state),
    quietUntilMs: () => (state.active.size === 0 ? Number.POSITIVE_INFINITY : 0),
  };
}

function createInstance({ setup, nowMs }: State, records: readonly unknown[]): Instance {
  const { self, members, timing, trace } = setup.config;
  const config = {
    self,
    members,
    retransmitMs: timing.electionTimeoutMs / 2,
    backoffMs: timing.heartbeatMs,
    ...(trace === undefined ? {} : { trace }),
  };
  const node = createSingleDecree<Value>(config, records, setup.random, nowMs);
  return { node, globalOf: [], waiting: [] };
}

function instanceOf(state: State, key: string): Instance {
  const known = state.instances.get(key);
  if (known !== undefined) return known;
  const created = createInstance(state, []);
  state.instances.set(key, created);
  return created;
}

/** Nobody leads: every node may propose. `commitIndex` counts the choices that this node knows. */
const status = ({ chosen, instances }: State): Status => ({
  role: 'follower',
  term: 0,
  leader: undefined,
  commitIndex: chosen,
  lastIndex: instances.size,
});

function step(state: State, input: ReplicaInput): readonly ReplicaEffect[] {
  state.nowMs = Math.max(state.nowMs, input.nowMs);
  switch (input.kind) {
    case 'tick':
      for (const key of state.active) run(state, key, { kind: 'tick', nowMs: state.nowMs });
      break;
    case 'durable':
      onDurable(state, input.sequence);
      break;
    case 'client':
      onClient(state, input.request, input.body);
      break;
    case 'peer':
      onPeer(state, input.from, input.message);
      break;
    default:
      unreachable(input);
  }
  const { effects } = state;
  state.effects = [];
  return effects;
}

function onDurable(state: State, sequence: number): void {
  if (sequence > state.lastSequence) {
    broken(`durable up to ${sequence}, but only ${state.lastSequence} was written`);
  }
  for (;;) {
    const oldest = state.unsynced[0];
    if (oldest === undefined || oldest.global > sequence) return;
    state.unsynced.shift();
    const { key, local } = oldest;
    run(state, key, { kind: 'durable', nowMs: state.nowMs, sequence: local });
  }
}

function onPeer(
  state: State,
  from: NodeId,
  message: Extract<ReplicaInput, { readonly kind: 'peer' }>['message'],
): void {
  // Nothing is ever handed on: every node proposes for its own clients.
  if (message.kind !== 'algorithm') return;
  const { key, message: own } = message.message as KeyedMessage;
  run(state, key, { kind: 'message', nowMs: state.nowMs, from, message: own });
}

function onClient(state: State, request: RequestId, body: ClientRequest): void {
  const problem = requestProblem(body);
  if (problem !== undefined) return refuse(state, request, problem);
  switch (body.kind) {
    case 'open-session':
      // Proposing twice is harmless, so sessions need no memory.
      state.sessions += 1;
      return reply(state, request, { kind: 'ok', result: state.sessions });
    case 'query':
      return refuse(state, request, 'single-decree nodes answer no queries, only decide');
    case 'command':
      return onCommand(state, request, body.command);
    default:
      return unreachable(body);
  }
}

function onCommand(
  state: State,
  request: RequestId,
  command: Extract<ClientRequest, { readonly kind: 'command' }>['command'],
): void {
  if (command.f !== 'decide' || typeof command.key !== 'string') {
    return refuse(state, request, `single-decree nodes know only decide, not ${command.f}`);
  }
  const instance = instanceOf(state, command.key);
  const { chosen } = instance.node.status();
  if (chosen !== undefined) return reply(state, request, { kind: 'ok', result: chosen.value });
  instance.waiting.push(request);
  const { nowMs } = state;
  run(state, command.key, { kind: 'propose', nowMs, value: command.value ?? null });
}

/** Gives an input to an instance, and makes its effects the node's. */
function run(state: State, key: string, input: SingleDecreeInput<Value>): void {
  const instance = instanceOf(state, key);
  const knew = instance.node.status().chosen !== undefined;
  for (const effect of instance.node.step(input)) {
    switch (effect.kind) {
      case 'persist': {
        state.lastSequence += 1;
        const global = state.lastSequence;
        instance.globalOf.push(global);
        state.unsynced.push({ global, key, local: effect.sequence });
        const records = effect.records.map((record): KeyedRecord => ({ key, record }));
        state.effects.push({ kind: 'persist', sequence: global, records });
        break;
      }
      case 'send': {
        const message = { kind: 'algorithm', message: { key, message: effect.message } } as const;
        const afterDurable = globalOf(instance, effect.afterDurable);
        state.effects.push({ kind: 'send', to: effect.to, message, afterDurable });
        break;
      }
      case 'trace':
        state.effects.push({ kind: 'trace', event: { ...effect.event, key } });
        break;
      case 'commit':
        // Says that the value is chosen; the status below says so too.
        break;
      case 'readReady':
      case 'reject':
        broken(`a single-decree node has no effect ${effect.kind}`);
        break;
      default:
        unreachable(effect);
    }
  }
  const { chosen, proposer } = instance.node.status();
  if (proposer === 'idle') state.active.delete(key);
  else state.active.add(key);
  if (chosen === undefined) return;
  if (!knew) state.chosen += 1;
  for (const request of instance.waiting)
    reply(state, request, { kind: 'ok', result: chosen.value });
  instance.waiting = [];
}

function globalOf({ globalOf: known }: Instance, local: number): number {
  if (local === 0) return 0;
  return known[local - 1] ?? broken(`sequence ${local} of an instance was never written`);
}

function reply(state: State, request: RequestId, response: ClientResponse): void {
  state.effects.push({ kind: 'reply', request, response });
}

const refuse = (state: State, request: RequestId, detail: string): void =>
  reply(state, request, { kind: 'error', code: 'bad-command', detail });

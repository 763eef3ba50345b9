/**
 * What was asked of logs and answered, in one form. Two forms are read: with a key, `send` of a value (answered `[offset, value]`) and
 * `poll` from an offset on (answered `[[offset, value], ...]`); and Jepsen's lists of `["send", key, value]` and `["poll"]`,
 * answered `["send", key, [offset, value]]` and `["poll", {key: [[offset, value], ...]}]`.
 */

import { BadInput } from '#src/errors';
import type { Operation } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import { describeOperation } from '#src/history/source';
import { keyName } from '../identity.ts';

export interface Send {
  readonly kind: 'send';
  readonly key: string;
  readonly value: unknown;
  /** Where it was put, when that is known. */
  readonly offset: number | undefined;
}

export interface Poll {
  readonly kind: 'poll';
  readonly key: string;
  /** The poll asked for everything from here on; undefined: for what comes after its process' last poll, as much as suits. */
  readonly from: number | undefined;
  readonly messages: readonly (readonly [offset: number, value: unknown])[];
}

export type LogStep = Send | Poll;

const wrong = (op: Operation): BadInput =>
  new BadInput(
    `operation ${op.index}, ${describeOperation(op)}: nothing that logs have. Allowed, with a key: send of a value, answered [offset, value], and poll of an offset, answered [[offset, value], ...]; without: lists of ["send", key, value] and ["poll"], as Jepsen's kafka test has them.`,
  );

/** Consumers that begin anew: what they polled before does not matter any more. */
export const isFreshStart = (f: string): boolean => f === 'assign' || f === 'subscribe';

/** Operations of Jepsen's test that say nothing of logs. */
const idle: ReadonlySet<string> = new Set(['crash', 'debug-topic-partitions']);

function messagesOf(value: unknown, op: Operation): readonly (readonly [number, unknown])[] {
  if (!Array.isArray(value)) throw wrong(op);
  return value.map((message: unknown) => {
    if (!Array.isArray(message) || message.length !== 2) throw wrong(op);
    const [offset, content]: readonly unknown[] = message;
    if (typeof offset !== 'number') throw wrong(op);
    return [offset, content];
  });
}

function sent(key: string, asked: unknown, answer: unknown, op: Operation): Send {
  const told = answer === undefined || answer === null ? undefined : answer;
  // Some brokers do not tell the offset: then the answer is the value alone.
  const offset: unknown = Array.isArray(told) && told.length === 2 ? told[0] : undefined;
  if (offset !== undefined && offset !== null && typeof offset !== 'number') throw wrong(op);
  return { kind: 'send', key, value: asked, offset: offset ?? undefined };
}

function keyed({ invoke, completion }: Pair): LogStep[] {
  const answer = completion?.type === 'ok' ? completion.value : undefined;
  if (invoke.f === 'send')
    return [sent(keyName(invoke.key), invoke.value, answer, completion ?? invoke)];
  if (invoke.f !== 'poll') throw wrong(invoke);
  if (completion?.type !== 'ok') return [];
  const from = typeof invoke.value === 'number' ? invoke.value : undefined;
  const messages = messagesOf(answer, completion);
  return [{ kind: 'poll', key: keyName(invoke.key), from, messages }];
}

function listed({ invoke, completion }: Pair): LogStep[] {
  const { value } = invoke;
  const isOk = completion?.type === 'ok';
  const answers: unknown = isOk ? completion.value : undefined;
  if (!Array.isArray(value) || (isOk && !Array.isArray(answers))) throw wrong(invoke);
  return value.flatMap((step: unknown, i): LogStep[] => {
    if (!Array.isArray(step)) throw wrong(invoke);
    const answer: unknown = Array.isArray(answers) ? answers[i] : undefined;
    const told: readonly unknown[] = Array.isArray(answer) ? answer : [];
    if (step[0] === 'send' && step.length === 3) {
      // Polls are answered with maps, whose keys are texts: there 0 and "0" are one.
      return [sent(String(step[1]), step[2], told[2], completion ?? invoke)];
    }
    if (step[0] !== 'poll') throw wrong(invoke);
    const polled: unknown = told[1];
    if (typeof polled !== 'object' || polled === null) return [];
    return Object.entries(polled).map(([key, messages]) => ({
      kind: 'poll',
      key,
      from: undefined,
      messages: messagesOf(messages, completion ?? invoke),
    }));
  });
}

/** Polls without an answer are left out, sends never are. Throws BadInput for other operations. */
export function stepsOf(pair: Pair): readonly LogStep[] {
  const { f, key } = pair.invoke;
  if (isFreshStart(f) || idle.has(f)) return [];
  return key === undefined ? listed(pair) : keyed(pair);
}

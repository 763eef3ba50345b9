/** What generators must not do: checked for every answer, since anybody can write a generator. */

import type { Invocation } from '../history/operation.ts';
import { describeThreads } from './context.ts';
import type { Context, Next, Planned } from './generator.ts';
import { show } from './source.ts';

const kinds = ['invoke', 'sleep', 'log'];

/** Every way in which the answer breaks the contract, in words; none for a sound one. Cheap when there is none. */
export function problemsOf(next: Next, context: Context): readonly string[] {
  const problems: string[] = [];
  if (typeof next !== 'object' || next === null) {
    return [`next() returned ${show(next)}; allowed: {kind: 'op' | 'pending' | 'done', ...}`];
  }
  if (next.kind === 'done') return problems;
  if (next.kind !== 'op' && next.kind !== 'pending') {
    return [`next() returned kind ${show(Reflect.get(next, 'kind'))}; allowed: op, pending, done`];
  }
  if (typeof next.then?.next !== 'function' || typeof next.then.update !== 'function') {
    problems.push(`then is ${show(next.then)}; it must be a generator (next and update)`);
  }
  if (next.kind === 'op') checkPlanned(next.planned, context, problems);
  else if (next.untilNs !== undefined && Number.isNaN(Number(next.untilNs))) {
    problems.push(`untilNs is ${show(next.untilNs)}; it must be a number of ns, or absent`);
  }
  return problems;
}

function checkPlanned(planned: Planned, context: Context, problems: string[]): void {
  if (typeof planned !== 'object' || planned === null || !kinds.includes(planned.kind)) {
    problems.push(
      `planned is ${show(planned)}; allowed: {kind: 'invoke' | 'sleep' | 'log', timeNs, thread, ...}`,
    );
    return;
  }
  if (!Number.isFinite(planned.timeNs) || planned.timeNs < 0) {
    problems.push(`timeNs is ${show(planned.timeNs)}; it must be ns since the start, 0 or more`);
  }
  checkThread(planned, context, problems);
  if (planned.kind === 'invoke') checkInvocation(planned.op, problems);
  else if (planned.kind === 'sleep') {
    if (!Number.isFinite(planned.forNs) || planned.forNs < 0) {
      problems.push(`forNs is ${show(planned.forNs)}; it must be ns, 0 or more`);
    }
  } else if (typeof planned.message !== 'string') {
    problems.push(`message is ${show(planned.message)}; it must be a string`);
  }
}

function checkThread({ thread }: Planned, context: Context, problems: string[]): void {
  if (context.isFree(thread)) return;
  problems.push(
    context.has(thread)
      ? `thread ${show(thread)} is still busy; ask isFree or someFree of the context first`
      : `thread ${show(thread)} does not exist; here are ${describeThreads(context.threads)}`,
  );
}

function checkInvocation(op: Invocation, problems: string[]): void {
  if (typeof op !== 'object' || op === null) {
    problems.push(`op is ${show(op)}; it must be {f, key?, value?}`);
    return;
  }
  if (typeof op.f !== 'string' || op.f === '') {
    problems.push(`f is ${show(op.f)}; it must be a name such as 'read'`);
  }
  const { key, value } = op;
  if (key !== undefined && typeof key !== 'string' && !Number.isFinite(key)) {
    problems.push(`key is ${show(key)}; it must be a string or a finite number, or absent`);
  }
  if (['function', 'symbol', 'bigint'].includes(typeof value)) {
    problems.push(`value is a ${typeof value}; it must be a JSON value, or absent`);
  }
}

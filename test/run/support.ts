/** A system in virtual time for the interpreter to drive, and what must hold for every history. */

import assert from 'node:assert/strict';
import type { Generator } from '#src/generator/generator';
import { lift, type Source } from '#src/generator/index';
import type { Completion, History, Invocation, Operation } from '#src/history/operation';
import { stream } from '#src/random/random';
import { type Client, type InterpreterOptions, interpret } from '#src/run/interpreter';
import { memoryRecorder } from '#src/run/recorder';
import { VirtualTimeline } from '#src/run/timeline';

/** What a client of the imagined system does with an operation, and after how long. */
export type Behaviour = (
  op: Invocation,
  process: number,
) => { readonly afterMs: number; readonly completion: Completion | Error };

export interface Imagined {
  readonly timeline: VirtualTimeline;
  readonly opened: { readonly process: number; readonly thread: number }[];
  readonly closed: number[];
  readonly open: (process: number, thread: number) => Client;
}

export const okAfter =
  (afterMs: number): Behaviour =>
  (op) => ({ afterMs, completion: { type: 'ok', value: op.value } });

export function imagine(behave: Behaviour): Imagined {
  const timeline = new VirtualTimeline();
  const opened: { process: number; thread: number }[] = [];
  const closed: number[] = [];
  const open = (process: number, thread: number): Client => {
    opened.push({ process, thread });
    return {
      invoke: (op) =>
        new Promise((resolve, reject) => {
          const { afterMs, completion } = behave(op, process);
          timeline.at(timeline.nowNs() + Math.round(afterMs * 1e6), () => {
            if (completion instanceof Error) reject(completion);
            else resolve(completion);
          });
        }),
      close: () => {
        closed.push(process);
      },
    };
  };
  return { timeline, opened, closed, open };
}

export interface Ran {
  readonly history: History;
  readonly system: Imagined;
  readonly outcome: Awaited<ReturnType<typeof interpret>>;
}

/** Interprets in virtual time with a history in memory. */
export async function run(
  source: Source | Generator,
  behave: Behaviour,
  options: Partial<InterpreterOptions> = {},
): Promise<Ran> {
  const system = imagine(behave);
  const recorder = options.recorder ?? memoryRecorder();
  const outcome = await system.timeline.runUntil(
    interpret({
      generator: lift(source),
      concurrency: 3,
      random: stream(1, 'test'),
      timeline: system.timeline,
      recorder,
      open: system.open,
      ...options,
    }),
  );
  return { history: recorder.operations, system, outcome };
}

/** Laws of every history: indices, times, one operation at a time per process, nothing after an info, every end has a beginning. */
export function assertSound(history: History, concurrency: number): void {
  const open = new Map<unknown, Operation>();
  const dead = new Set<unknown>();
  let lastNs = 0;
  history.forEach((op, index) => {
    assert.equal(op.index, index);
    assert.ok(Number.isSafeInteger(op.time) && op.time >= lastNs, `time of ${index}`);
    lastNs = op.time;
    assert.ok(!dead.has(op.process), `process ${op.process} went on after an info`);
    const invocation = open.get(op.process);
    if (op.type === 'invoke') {
      assert.equal(invocation, undefined, `process ${op.process} did two things at once`);
      open.set(op.process, op);
      assert.ok(open.size <= concurrency + 1);
    } else {
      assert.equal(invocation?.f, op.f, `operation ${index} ends what was never begun`);
      assert.equal(invocation?.key, op.key);
      open.delete(op.process);
      if (op.type === 'info' && op.process !== 'nemesis') dead.add(op.process);
    }
  });
  assert.equal(open.size, 0, 'operations without an end');
}

/** `invoke 0 read`, `ok 0 read`, ... */
export const lines = (history: History): string[] =>
  history.map(({ type, process, f }) => `${type} ${process} ${f}`);

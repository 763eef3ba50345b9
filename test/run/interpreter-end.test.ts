import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { BadInput, HarnessFailure } from '#src/errors';
import type { Context, Generator, Next } from '#src/generator/generator';
import {
  clients,
  limit,
  log,
  phases,
  repeat,
  sleep,
  stagger,
  timeLimit,
} from '#src/generator/index';
import { emit, pending } from '#src/generator/source';
import type { Completion } from '#src/history/operation';
import { stream } from '#src/random/random';
import { HistoryFile } from '#src/run/history-file';
import { type Client, interpret } from '#src/run/interpreter';
import { RealTimeline } from '#src/run/real-timeline';
import { memoryRecorder, Recorder } from '#src/run/recorder';
import { assertSound, imagine, lines, okAfter, run } from './support.ts';

const forever = (f: string) => () => ({ f });
const never = Number.POSITIVE_INFINITY;

describe('the end of a run', () => {
  it('waits for what is at work', async () => {
    const { history, outcome } = await run(limit(3, forever('w')), okAfter(4000));
    assert.equal(outcome.ended, 'exhausted');
    assert.deepEqual(outcome.progress, {
      timeNs: 4e9,
      invoked: 3,
      ok: 3,
      fail: 0,
      info: 0,
      running: 0,
    });
    assertSound(history, 3);
  });

  it('gives up after the grace period, records info, closes clients and ignores late answers', async () => {
    const { history, system, outcome } = await run(
      limit(3, forever('w')),
      (_op, process) => ({ afterMs: process === 1 ? 10 : 1500, completion: { type: 'ok' } }),
      { graceMs: 1000 },
    );
    assertSound(history, 3);
    assert.deepEqual(
      history.slice(3).map((op) => `${op.type} ${op.time / 1e6}`),
      ['ok 10', 'info 1000', 'info 1000'],
    );
    assert.equal(
      history[4]?.error,
      'indeterminate: no answer within 1000 ms after the end of the run',
    );
    assert.deepEqual(system.closed.toSorted(), [0, 1, 2]);
    assert.equal(outcome.progress.info, 2);
    // Half a second later the answers arrive.
    await system.timeline.runUntil(
      new Promise<void>((resolve) => void system.timeline.at(3e9, resolve)),
    );
    assert.equal(history.length, 6);
  });

  it('comes although every client is stuck for ever', async () => {
    const { history, outcome } = await run(timeLimit(100, forever('w')), okAfter(never), {
      graceMs: 50,
    });
    assert.equal(outcome.progress.timeNs, 150e6);
    assertSound(history, 3);
  });

  it('the grace period begins when the last sleep is over', async () => {
    const { history } = await run([{ f: 'w' }, sleep(5000)], okAfter(5500), { graceMs: 1000 });
    assert.deepEqual(
      history.map((op) => op.type),
      ['invoke', 'ok'],
    );
  });

  it('aborting ends a run at once, with the answers that come within the grace period', async () => {
    const aborting = new AbortController();
    const { history, outcome } = await run(
      stagger(1, forever('w')),
      (_op, process) => {
        if (process === 7) aborting.abort();
        return {
          afterMs: process === 7 ? never : 5,
          completion: { type: process === 7 ? 'ok' : 'info' },
        };
      },
      { signal: aborting.signal, graceMs: 50 },
    );
    assertSound(history, 3);
    assert.equal(outcome.ended, 'aborted');
    const [own] = history.filter((op) => op.process === 7 && op.type !== 'invoke');
    assert.equal(own?.type, 'info');
    assert.ok(!history.some((op) => Number(op.process) > 12));
  });

  it('aborting ends sleeps, and before the start nothing begins', async () => {
    const aborting = new AbortController();
    const system = imagine(okAfter(1));
    system.timeline.at(5e6, () => aborting.abort());
    const base = {
      concurrency: 2,
      random: stream(1, 'x'),
      timeline: system.timeline,
      open: system.open,
    };
    const sleeping = {
      ...base,
      generator: phases(sleep(1e6), { f: 'w' }),
      recorder: memoryRecorder(),
      signal: aborting.signal,
    };
    const slept = await system.timeline.runUntil(interpret(sleeping));
    assert.deepEqual(
      [slept.ended, slept.progress.timeNs, slept.progress.invoked],
      ['aborted', 5e6, 0],
    );
    const late = await run(forever('w'), okAfter(1), { signal: AbortSignal.abort() });
    assert.deepEqual([late.outcome.ended, late.history], ['aborted', []]);
  });

  it('an operation whose client is still being opened fails: it was never sent', async () => {
    const late = Promise.withResolvers<Client>();
    let closed = 0;
    const { history, system } = await run(limit(1, forever('w')), okAfter(1), {
      open: () => late.promise,
      graceMs: 100,
    });
    assert.deepEqual(
      history.map((op) => op.type),
      ['invoke', 'fail'],
    );
    assert.match(history[1]?.error ?? '', /^no client: still opening/);
    // Opened after all, it is closed and never used.
    late.resolve({
      invoke: () => assert.fail('used after it was given up'),
      close: () => {
        closed += 1;
      },
    });
    await system.timeline.runUntil(late.promise);
    await new Promise(setImmediate);
    assert.equal(closed, 1);
  });

  it('a client that does not close, or cannot, holds up nobody', async () => {
    const said: string[] = [];
    const { outcome } = await run(limit(2, forever('w')), okAfter(1), {
      concurrency: 2,
      graceMs: 100,
      onLog: (message) => said.push(message),
      open: (process) => ({
        invoke: async (): Promise<Completion> => ({ type: 'ok' }),
        close: () =>
          process === 0 ? new Promise<void>(() => undefined) : Promise.reject(new Error('gone')),
      }),
    });
    assert.equal(outcome.progress.ok, 2);
    assert.deepEqual(said, [
      'closing the client of process 1: gone',
      '1 clients did not close within 100 ms',
    ]);
  });
});

describe('what goes wrong', () => {
  const answering = (next: (context: Context) => unknown): Generator => {
    const self: Generator = {
      next: (context) => next(context) as Next,
      update: () => self,
    };
    return self;
  };

  it('a generator that breaks its contract is told every break at once', async () => {
    const planned = {
      kind: 'invoke',
      timeNs: Number.NaN,
      thread: 9,
      op: { f: '', key: {}, value: 1n },
    };
    const broken = answering(() => ({ kind: 'op', planned, ['th' + 'en']: undefined }));
    await assert.rejects(run(broken, okAfter(1)), (error: unknown) => {
      assert.ok(error instanceof BadInput);
      for (const part of [
        'then is undefined',
        'timeNs is NaN',
        'thread 9 does not exist; here are 0, 1, 2',
        'f is ""',
        'key is {}',
        'value is a bigint',
        '0 ms after the start, 3 of 3 threads (0, 1, 2) free',
      ]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    });
  });

  it('nonsense answers are named', async () => {
    for (const [answer, message] of [
      [undefined, /next\(\) returned undefined/],
      [{ kind: 'wait' }, /next\(\) returned kind "wait"; allowed: op, pending, done/],
      [{ kind: 'op', planned: { kind: 'nap' } }, /planned is \{"kind":"nap"\}/],
    ] as const) {
      await assert.rejects(
        run(
          answering(() => answer),
          okAfter(1),
        ),
        message,
      );
    }
  });

  it('a busy thread cannot be used; what was at work is recorded and the clients are closed', async () => {
    const recorder = memoryRecorder();
    const closed: number[] = [];
    const self: Generator = answering((context) => {
      const planned = {
        kind: 'invoke' as const,
        timeNs: context.timeNs,
        thread: 0,
        op: { f: 'w' },
      };
      return emit(planned, self);
    });
    await assert.rejects(
      run(self, okAfter(1), {
        recorder,
        open: (process) => ({
          invoke: () => new Promise(() => undefined),
          close: () => void closed.push(process),
        }),
      }),
      /thread 0 is still busy; ask isFree or someFree/,
    );
    assert.deepEqual(lines(recorder.operations), ['invoke 0 w', 'fail 0 w']);
    assert.deepEqual(closed, [0]);
  });

  it('a generator that throws is bad input with its cause, and what was at work is recorded', async () => {
    const recorder = memoryRecorder();
    let n = 0;
    const generator = () => {
      n += 1;
      if (n === 3) throw new TypeError('oops');
      return { f: 'w' };
    };
    await assert.rejects(
      run(stagger(1, generator), okAfter(1000), { recorder }),
      (error: unknown) => {
        assert.ok(error instanceof BadInput && error.cause instanceof TypeError);
        assert.match(error.message, /next\(\) threw: oops \(.* ms after the start/);
        return true;
      },
    );
    assertSound(recorder.operations, 3);
    assert.equal(recorder.operations.at(-1)?.error, 'indeterminate: the run was broken off');
  });

  it('combinators that do not fit the run are bad input', async () => {
    await assert.rejects(
      run(clients({ f: 'x' }), okAfter(1), { concurrency: 0 }),
      /clients: there is no such thread among no threads/,
    );
  });

  it('a generator that waits for nothing is found out', async () => {
    const stuck: Generator = { next: () => pending(stuck), update: () => stuck };
    await assert.rejects(
      run(stuck, okAfter(1)),
      /pending for 60 s while nothing was at work; say untilNs/,
    );
  });

  it('one that waits for something outside is asked again', async () => {
    let asked = 0;
    const gate: Generator = {
      next: () => {
        asked += 1;
        return asked > 20 ? { kind: 'done' } : pending(gate);
      },
      update: () => gate,
    };
    const { history } = await run(phases(gate, { f: 'w' }), okAfter(1));
    assert.equal(history.length, 2);
  });

  it('a full disk is a failure of the harness, and clients are closed', async () => {
    const recorder = new Recorder(new HistoryFile('/dev/full', openSync('/dev/full', 'w')));
    using timeline = new RealTimeline();
    let closed = 0;
    const client: Client = {
      invoke: () => new Promise((resolve) => setImmediate(resolve, { type: 'ok' })),
      close: () => {
        closed += 1;
      },
    };
    const options = {
      generator: repeat({ f: 'w' }),
      concurrency: 2,
      random: stream(1, 'x'),
      timeline,
      recorder,
    };
    await assert.rejects(interpret({ ...options, open: () => client }), (error: unknown) => {
      assert.ok(error instanceof HarnessFailure);
      assert.match(error.message, /cannot write \/dev\/full: ENOSPC/);
      return true;
    });
    assert.equal(closed, 2);
    await assert.rejects(recorder.close(), HarnessFailure);
  });
});

describe('the interpreter in real time', () => {
  it('lets the event loop run, whatever the generator does', async () => {
    using timeline = new RealTimeline();
    const aborting = new AbortController();
    setTimeout(() => aborting.abort(), 5);
    const client: Client = { invoke: async () => ({ type: 'ok' }), close: () => undefined };
    for (const generator of [repeat(log('on and on')), repeat({ f: 'w' }), repeat(sleep(0))]) {
      const recorder = memoryRecorder();
      const options = { generator, concurrency: 4, random: stream(1, 'x'), timeline, recorder };
      const { ended } = await interpret({
        ...options,
        open: () => client,
        signal: aborting.signal,
      });
      assert.equal(ended, 'aborted');
      assertSound(recorder.operations, 4);
    }
  });

  it('begins nothing before its time', async () => {
    using timeline = new RealTimeline();
    const recorder = memoryRecorder();
    const client: Client = { invoke: async () => ({ type: 'ok' }), close: () => undefined };
    const random = { below: (bound: number) => bound >> 1 };
    const startNs = timeline.nowNs();
    await interpret({
      generator: timeLimit(200, limit(40, stagger(2, forever('w')))),
      concurrency: 5,
      random,
      timeline,
      recorder,
      open: () => client,
    });
    const invocations = recorder.operations.filter((op) => op.type === 'invoke');
    invocations.forEach((op, i) => {
      assert.ok(op.time >= startNs + i * 2e6 - 1e3, `${i} at ${op.time}`);
    });
    assertSound(recorder.operations, 5);
  });
});

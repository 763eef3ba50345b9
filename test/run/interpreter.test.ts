import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import fc from 'fast-check';
import {
  anyOf,
  clients,
  delay,
  eachThread,
  independentKeys,
  limit,
  log,
  mix,
  nemesis,
  numbered,
  phases,
  reserve,
  type Source,
  simulate,
  sleep,
  stagger,
  timeLimit,
  untilOk,
} from '#src/generator/index';
import type { Completion, Operation } from '#src/history/operation';
import { stream } from '#src/random/random';
import { HistoryFile } from '#src/run/history-file';
import { type Client, interpret, type Progress } from '#src/run/interpreter';
import { memoryRecorder, Recorder } from '#src/run/recorder';
import { VirtualTimeline } from '#src/run/timeline';
import { assertSound, imagine, lines, okAfter, run } from './support.ts';

const forever = (f: string) => () => ({ f });
const writes = numbered((n) => ({ f: 'write', value: n }));

describe('interpreter', () => {
  it('records an operation before its client gets it, and the end after the client has answered', async () => {
    const recorder = memoryRecorder();
    const last = (): Operation | undefined => recorder.operations.at(-1);
    let before: Operation | undefined;
    await run(
      limit(20, writes),
      (op, process) => {
        const mine = recorder.operations.findLast((line) => line.process === process);
        assert.equal(mine?.type, 'invoke');
        assert.equal(mine?.value, op.value);
        before = last();
        return { afterMs: 1, completion: { type: 'ok', value: op.value } };
      },
      { recorder },
    );
    assert.equal(before?.type, 'invoke');
    assert.equal(last()?.type, 'ok');
  });

  it('leaves a sound history, whatever clients answer and whenever', async () => {
    const outcome = fc.constantFrom<Completion | Error>(
      { type: 'ok' },
      { type: 'ok', value: 7 },
      { type: 'fail', error: 'no' },
      { type: 'info', error: 'timeout' },
      new Error('connection reset'),
    );
    const answers = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), outcome), {
      minLength: 1,
      maxLength: 50,
    });
    await fc.assert(
      fc.asyncProperty(
        answers,
        fc.integer({ min: 1, max: 8 }),
        fc.integer(),
        async (list, concurrency, seed) => {
          let n = 0;
          const source = phases(
            limit(60, stagger(2, mix(writes, forever('read')))),
            eachThread(limit(2, forever('final'))),
          );
          const { history } = await run(
            source,
            () => {
              const [afterMs, completion] = list[n % list.length] as [number, Completion | Error];
              n += 1;
              return { afterMs, completion };
            },
            { concurrency, random: stream(seed, 'x') },
          );
          assertSound(history, concurrency);
          assert.equal(history.length, 2 * (60 + 2 * concurrency));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does in virtual time what the simulation says', async () => {
    const sources: Record<string, Source> = {
      staggered: limit(200, stagger(3, mix(writes, forever('read')))),
      reserved: limit(100, reserve([[2, delay(5, forever('a'))]], forever('b'))),
      keys: independentKeys({
        keys: [1, 2, 3, 4, 5, 6],
        threadsPerKey: 2,
        each: () => limit(10, writes),
      }),
      phased: phases(limit(10, forever('a')), sleep(7), timeLimit(50, delay(4, forever('b')))),
    };
    // The interpreter may ask more often, so the draws must not depend on how many there were before.
    const random = { below: (bound: number) => bound >> 1 };
    for (const [name, source] of Object.entries(sources)) {
      const simulated = simulate(source, { concurrency: 6, random });
      const { history } = await run(source, okAfter(10), { concurrency: 6, random });
      assert.deepEqual(
        history,
        simulated.events.map((event) => event.operation),
        name,
      );
    }
  });

  it('an operation that has ended is never concurrent with one that begins (no false concurrency)', async () => {
    // Both answers arrive at the same moment: both ends come before the next beginnings.
    const waiting: ((completion: Completion) => void)[] = [];
    const timeline = new VirtualTimeline();
    const recorder = memoryRecorder();
    const client: Client = {
      invoke: () => {
        if (waiting.length === 1) {
          timeline.at(timeline.nowNs() + 1e6, () => {
            for (const answer of waiting.splice(0)) answer({ type: 'ok' });
          });
        }
        return new Promise((resolve) => waiting.push(resolve));
      },
      close: () => undefined,
    };
    await timeline.runUntil(
      interpret({
        generator: limit(20, forever('x')),
        concurrency: 2,
        random: stream(1, 'x'),
        timeline,
        recorder,
        open: () => client,
      }),
    );
    const types = recorder.operations.map((op) => op.type);
    assert.deepEqual(
      types,
      Array.from({ length: 10 }, () => ['invoke', 'invoke', 'ok', 'ok']).flat(),
    );
  });

  it('the argument stays when a client answers without a value', async () => {
    const { history } = await run([{ f: 'write', key: 'k', value: [1, 2] }], () => ({
      afterMs: 1,
      completion: { type: 'ok' },
    }));
    assert.deepEqual(history[1], {
      index: 1,
      time: 1e6,
      type: 'ok',
      process: history[0]?.process,
      f: 'write',
      key: 'k',
      value: [1, 2],
    });
  });

  it('keeps times and sleeps, passes log lines on', async () => {
    const logged: string[] = [];
    const { history } = await run(
      phases({ f: 'a' }, log('now b'), sleep(25), { f: 'b' }),
      okAfter(10),
      {
        onLog: (message, timeNs) => logged.push(`${message} at ${timeNs / 1e6}`),
      },
    );
    assert.deepEqual(
      history.map((op) => op.time / 1e6),
      [0, 10, 35, 45],
    );
    assert.deepEqual(logged, ['now b at 10']);
  });

  it('runs the nemesis on its own thread, whose process never changes', async () => {
    const calls: string[] = [];
    const nemesisClient: Client = {
      invoke: async (op) => {
        calls.push(op.f);
        if (op.f === 'broken') throw new Error('no such node');
        return { type: 'info', value: 'n1' };
      },
      close: () => {
        calls.push('closed');
      },
    };
    const { history } = await run(
      anyOf(
        clients(limit(5, stagger(2, forever('read')))),
        nemesis([{ f: 'kill' }, { f: 'broken' }, { f: 'start' }]),
      ),
      okAfter(1),
      { nemesis: nemesisClient },
    );
    assertSound(history, 3);
    const own = history.filter((op) => op.process === 'nemesis');
    assert.deepEqual(lines(own), [
      'invoke nemesis kill',
      'info nemesis kill',
      'invoke nemesis broken',
      'info nemesis broken',
      'invoke nemesis start',
      'info nemesis start',
    ]);
    assert.equal(own[1]?.value, 'n1');
    assert.equal(own[3]?.error, 'indeterminate: no such node');
    assert.deepEqual(calls, ['kill', 'broken', 'start', 'closed']);
  });

  it('shows how far it has got', async () => {
    const seen: Progress[] = [];
    const { outcome } = await run(timeLimit(1000, stagger(10, forever('read'))), okAfter(1), {
      onProgress: (progress) => seen.push(progress),
      progressEveryMs: 100,
    });
    assert.ok(seen.length >= 10);
    assert.deepEqual(seen.at(-1), outcome.progress);
    assert.equal(outcome.progress.ok, outcome.progress.invoked);
    assert.equal(outcome.progress.running, 0);
    assert.ok(seen.every((progress, i) => progress.invoked >= (seen[i - 1]?.invoked ?? 0)));
  });

  it('lets others record at their time, and keeps the order', async () => {
    const recorder = memoryRecorder();
    const system = imagine(okAfter(10));
    system.timeline.at(35e6, () => {
      recorder.record({ time: 35e6, type: 'info', process: 'nemesis', f: 'phase', value: 'x' });
    });
    await system.timeline.runUntil(
      interpret({
        generator: limit(8, forever('r')),
        concurrency: 1,
        random: stream(1, 'x'),
        timeline: system.timeline,
        recorder,
        open: system.open,
      }),
    );
    const at = recorder.operations.findIndex((op) => op.f === 'phase');
    assert.deepEqual(
      recorder.operations.slice(at - 1, at + 2).map((op) => op.time / 1e6),
      [30, 35, 40],
    );
    assert.ok(recorder.operations.every((op, i) => op.index === i));
  });
});

describe('processes', () => {
  it('an info retires the process: the next number, a new client, the old one closed', async () => {
    let n = 0;
    const { history, system } = await run(
      limit(4, forever('w')),
      () => {
        n += 1;
        return {
          afterMs: 1,
          completion: n === 2 ? { type: 'info', error: 'timeout' } : { type: 'ok' },
        };
      },
      { concurrency: 1, node: (process, thread) => `n${thread}-${process}` },
    );
    assert.deepEqual(lines(history), [
      'invoke 0 w',
      'ok 0 w',
      'invoke 0 w',
      'info 0 w',
      'invoke 1 w',
      'ok 1 w',
      'invoke 1 w',
      'ok 1 w',
    ]);
    assert.deepEqual(
      history.map((op) => op.node),
      [...Array(4).fill('n0-0'), ...Array(4).fill('n0-1')],
    );
    assert.deepEqual(system.opened, [
      { process: 0, thread: 0 },
      { process: 1, thread: 0 },
    ]);
    assert.deepEqual(system.closed, [0, 1]);
  });

  it('numbers go up by the concurrency', async () => {
    const { history } = await run(
      limit(12, forever('w')),
      () => ({ afterMs: 1, completion: { type: 'info' } }),
      { concurrency: 3 },
    );
    const processes = history.filter((op) => op.type === 'invoke').map((op) => op.process);
    assert.deepEqual(
      processes.toSorted((a, b) => Number(a) - Number(b)),
      [...Array(12).keys()],
    );
  });

  it('a client that throws is indeterminate, sooner or later', async () => {
    for (const invoke of [
      () => Promise.reject(new Error('socket hang up')),
      () => {
        throw new Error('socket hang up');
      },
    ]) {
      const { history } = await run([{ f: 'write', value: 1 }], okAfter(1), {
        open: () => ({ invoke, close: () => undefined }),
      });
      assert.equal(history[1]?.type, 'info');
      assert.equal(history[1]?.error, 'indeterminate: socket hang up');
      assert.equal(history[1]?.value, 1);
    }
  });

  it('a client that answers nonsense is indeterminate', async () => {
    const { history } = await run([{ f: 'a' }], () => ({
      afterMs: 1,
      completion: { type: 'okay' } as never,
    }));
    assert.equal(history[1]?.error, 'indeterminate: the client answered with type okay');
  });

  it('a result that is not JSON is indeterminate', async () => {
    const system = imagine(() => ({ afterMs: 1, completion: { type: 'ok', value: 1n } }));
    const recorder = new Recorder(new HistoryFile('/dev/null', openSync('/dev/null', 'w')));
    await system.timeline.runUntil(
      interpret({
        generator: limit(1, forever('read')),
        concurrency: 1,
        random: stream(1, 'x'),
        timeline: system.timeline,
        recorder,
        open: system.open,
      }),
    );
    assert.equal(recorder.operations[1]?.type, 'info');
    assert.match(
      recorder.operations[1]?.error ?? '',
      /^indeterminate: the result cannot be written as JSON/,
    );
    await recorder.close().catch(() => undefined);
  });

  it('a client that cannot be opened: the operation fails, the process goes on, the next tries again', async () => {
    let tries = 0;
    const { history } = await run(limit(4, delay(1, forever('w'))), okAfter(1), {
      concurrency: 1,
      open: () => {
        tries += 1;
        if (tries === 1) throw new Error('connection refused');
        if (tries === 2) return Promise.reject(new Error('still refused'));
        return { invoke: async () => ({ type: 'ok' }), close: () => undefined };
      },
    });
    assert.deepEqual(lines(history), [
      'invoke 0 w',
      'fail 0 w',
      'invoke 0 w',
      'fail 0 w',
      'invoke 0 w',
      'ok 0 w',
      'invoke 0 w',
      'ok 0 w',
    ]);
    assert.equal(history[1]?.error, 'no client: connection refused');
    assert.equal(history[3]?.error, 'no client: still refused');
    assert.equal(tries, 3);
  });

  it('generators hear of the process that comes after', async () => {
    let n = 0;
    const { history } = await run(
      untilOk(forever('probe')),
      () => {
        n += 1;
        return { afterMs: 1, completion: { type: n < 5 ? 'info' : 'ok' } };
      },
      { concurrency: 1 },
    );
    assert.equal(history.length, 10);
  });
});

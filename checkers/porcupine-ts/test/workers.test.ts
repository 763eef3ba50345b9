import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  casRegister,
  check,
  checkInWorkers,
  type ModelReference,
  type Operation,
  type PartitionResult,
  queue,
  set,
  shipped,
  stack,
  visualize,
} from '../src/index.ts';
import { Text } from './fixtures/models.ts';
import {
  endless,
  type LogInput,
  type LogOperation,
  log,
  orderly,
  wrong,
} from './support/endless.ts';

const models = new URL('./fixtures/models.ts', import.meta.url);
const logs: ModelReference = { kind: 'module', url: models };
const named = (name: string, ...args: readonly unknown[]): ModelReference => ({
  kind: 'module',
  url: models,
  export: name,
  args,
});

const many = (keys: number, history: (key: string) => LogOperation[] = orderly): LogOperation[] =>
  Array.from({ length: keys }, (_, key) => history(`k${key}`)).flat();

const reasons = (partitions: readonly PartitionResult<unknown, unknown, unknown>[]) =>
  partitions.map((part) => (part.verdict === 'unknown' ? part.reason : part.verdict));

const aHistory = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      append: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      answer: fc.constantFrom('', ',0', ',1', ',0,1', ',1,0', ',2'),
      call: fc.integer({ min: 0, max: 20 }),
      length: fc.option(fc.integer({ min: 0, max: 8 })),
    }),
    { maxLength: 14 },
  )
  .map((all) =>
    all.map(({ key, append, answer, call, length }): LogOperation => {
      const input: LogInput = append === undefined ? { key } : { key, append };
      if (length === null) return { kind: 'unknown', input, call };
      const output = append === undefined ? answer : undefined;
      return { kind: 'completed', input, output, call, return: call + length };
    }),
  );

describe('checkInWorkers', function () {
  this.timeout(240_000);

  it('says what check says, of every partition, with the very same operations', async () => {
    const property = fc.asyncProperty(aHistory, async (history) => {
      const there = await checkInWorkers(logs, history, { exhaustive: true, workers: 2 });
      const here = check(log, history, { exhaustive: true });
      const plain = ({ partitions, verdict, steps }: typeof there) => ({
        partitions,
        verdict,
        steps,
      });
      assert.deepEqual(plain(there), plain(here));
      for (const part of there.partitions) {
        for (const op of part.operations) assert.ok(history.includes(op));
        if (part.verdict === 'ok') {
          for (const op of part.linearization) assert.ok(history.includes(op));
        }
      }
    });
    await fc.assert(property, { numRuns: 12 });
  });

  it('says ok of nothing', async () => {
    const { verdict, partitions } = await checkInWorkers(logs, []);
    assert.deepEqual([verdict, partitions], ['ok', []]);
  });

  it('takes models of this package by name, alone and over keys', async () => {
    const write = { kind: 'write', value: 1 };
    const read = { kind: 'read' };
    const history: Operation<unknown, unknown>[] = [
      { kind: 'completed', input: write, output: undefined, call: 0, return: 1 },
      { kind: 'completed', input: read, output: { kind: 'value', value: 1 }, call: 2, return: 3 },
    ];
    assert.equal((await checkInWorkers(shipped('casRegister', 0), history)).verdict, 'ok');
    const over = history.map((op, key) => ({ ...op, input: { key, input: op.input } }));
    const keyed = { kind: 'keyed', model: shipped('register', 0) } as const;
    const result = await checkInWorkers(keyed, over, { exhaustive: true });
    assert.deepEqual(reasons(result.partitions), ['ok', 'illegal']);
    assert.deepEqual(
      result.partitions[1]?.verdict === 'illegal' && result.partitions[1].statesBefore,
      [0],
    );
    // Its result can be shown.
    const alone = await checkInWorkers(shipped('casRegister', 0), history);
    assert.match(
      visualize<unknown, unknown, unknown>(casRegister<unknown>(0) as never, history, alone),
      /^<!doctype html>/,
    );
  });

  it('calls what makes a model with the arguments', async () => {
    const history: LogOperation[] = [
      { kind: 'completed', input: { key: 'a' }, output: 'once', call: 0, return: 1 },
    ];
    assert.equal((await checkInWorkers(named('starting', 'once'), history)).verdict, 'ok');
    assert.equal((await checkInWorkers(named('starting', 'twice'), history)).verdict, 'illegal');
  });

  it('the first illegal partition ends the others', async () => {
    const history = [...endless('a'), ...wrong('b')];
    const { verdict, partitions } = await checkInWorkers(logs, history, { workers: 2 });
    assert.equal(verdict, 'illegal');
    assert.deepEqual(reasons(partitions), ['another-partition-is-illegal', 'illegal']);
  });

  it('states that cannot be sent arrive as what they were', async () => {
    const { partitions } = await checkInWorkers(named('ofClass'), wrong('a'));
    const [part] = partitions;
    assert.equal(part?.verdict, 'illegal');
    const [state] = part.statesBefore;
    assert.ok(state instanceof Text);
    assert.equal(state.text, ',0,1,2,3,4,5,6,7,8,9');
  });

  it('a queue, a stack and a set say what they held', async () => {
    const first = { call: 0, return: 1, kind: 'completed', output: undefined } as const;
    const then = { call: 2, return: 3, kind: 'completed' } as const;
    const wrongly = { kind: 'value', value: 5 };
    for (const [reference, model, put, take, output, held] of [
      [shipped('queue'), queue<unknown>(), 'enqueue', 'dequeue', wrongly, '[4]'],
      [shipped('stack'), stack<unknown>(), 'push', 'pop', wrongly, '[4]'],
      [shipped('set'), set<unknown>(), 'add', 'read', { kind: 'elements', elements: [5] }, '[4]'],
    ] as const) {
      const history: Operation<unknown, unknown>[] = [
        { ...first, input: { kind: put, value: 4 } },
        { ...then, input: { kind: take }, output },
      ];
      const [part] = (await checkInWorkers(reference, history)).partitions;
      assert.equal(part?.verdict, 'illegal');
      assert.deepEqual(
        part.statesBefore.map((state) => model.describeState?.(state as never)),
        [held],
      );
    }
  });

  it('with exhaustive the others go on', async () => {
    const history = [...wrong('a'), ...many(20), ...wrong('b')];
    const options = { workers: 2, exhaustive: true };
    const { partitions } = await checkInWorkers(logs, history, options);
    const found = reasons(partitions);
    assert.equal(found.filter((one) => one === 'illegal').length, 2);
    assert.equal(found.filter((one) => one === 'ok').length, 20);
  });

  it('keeps to its time limit, and so does a model that never lets go', async () => {
    for (const [model, history] of [
      [logs, [...endless('a'), ...endless('b'), ...orderly('c')]],
      [named('stuck'), orderly('a')],
    ] as const) {
      const { verdict, partitions, elapsedMs } = await checkInWorkers(model, history, {
        timeLimitMs: 400,
      });
      assert.equal(verdict, 'unknown');
      assert.ok(reasons(partitions).every((one) => one === 'time-limit' || one === 'ok'));
      assert.ok(elapsedMs >= 399, `${elapsedMs} ms`);
      console.log(`      asked for 400 ms, took ${Math.round(elapsedMs)} ms`);
    }
  });

  it('a signal ends it at once, before and while it runs', async () => {
    const before = await checkInWorkers(logs, orderly('a'), { signal: AbortSignal.abort() });
    assert.deepEqual(reasons(before.partitions), ['aborted']);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const options = { signal: controller.signal };
    const during = await checkInWorkers(logs, [...endless('a'), ...endless('b')], options);
    assert.deepEqual(reasons(during.partitions), ['aborted', 'aborted']);
    console.log(`      aborted after 300 ms, ended after ${Math.round(during.elapsedMs)} ms`);
  });

  it('tells of progress over all threads, and in the end how far they got', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const history = [...endless('a'), ...endless('b'), ...orderly('c')];
    const { partitions: parts } = await checkInWorkers(logs, history, {
      signal: controller.signal,
      workers: 2,
      onProgress: ({ partitions, partitionsDecided, steps }) => {
        seen.push(steps);
        assert.equal(partitions, 3);
        assert.ok(partitionsDecided <= 1);
        if (seen.length === 3) controller.abort();
      },
    });
    assert.equal(seen.length, 3);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    // A thread that told of progress also tells how far it got.
    assert.ok(
      parts.some(
        (part) => part.verdict === 'unknown' && part.partialLinearizations[0]?.length === 40,
      ),
    );
  });

  it('rejects with what the model throws, and says what cannot be sent', async () => {
    await assert.rejects(checkInWorkers(named('throwing'), orderly('a')), /step is broken/);
    await assert.rejects(
      checkInWorkers(named('notAModel'), orderly('a')),
      /notAModel is no model.*throwing/,
    );
    await assert.rejects(
      checkInWorkers(log as unknown as ModelReference, orderly('a')),
      /it is code. Export it from a module/,
    );
    await assert.rejects(
      checkInWorkers({ kind: 'module', url: './models.ts' }, orderly('a')),
      /does not know what that is relative to/,
    );
    await assert.rejects(
      checkInWorkers({ kind: 'shipped', name: 'nope' as 'kv' }, orderly('a')),
      /no model nope here. Allowed: register, casRegister/,
    );
    const unsendable = [{ ...orderly('a')[0], id: 7, input: { key: 'a', f: () => 1 } }];
    await assert.rejects(checkInWorkers(logs, unsendable as never), /\(id 7\) cannot be sent/);
    await assert.rejects(checkInWorkers(logs, [], { workers: 0 }), /workers is 0/);
    await assert.rejects(checkInWorkers(logs, [], { timeLimitMs: -1 }), /timeLimitMs is -1/);
  });
});

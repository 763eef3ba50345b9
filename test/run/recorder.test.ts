import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { HarnessFailure } from '#src/errors';
import { limit, numbered } from '#src/generator/index';
import { serializeHistory, serializeOperation } from '#src/history/jsonl';
import type { Operation } from '#src/history/operation';
import { stream } from '#src/random/random';
import { type Client, interpret } from '#src/run/interpreter';
import { LineEncoder } from '#src/run/line-encoder';
import { RealTimeline } from '#src/run/real-timeline';
import { fileRecorder, memoryRecorder } from '#src/run/recorder';

const anyNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeNat(),
  fc.double(),
  fc.constantFrom(-0, 9, 10, 99, 100, 1e9 - 1, 1e9, 1e9 + 1, 2 ** 53, 2 ** 31),
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('read', '"', '\\', '\ud800', 'ü€𐍈\u2028'),
);
const anyValue = fc.oneof(
  fc.jsonValue(),
  anyNumber,
  anyText,
  fc.array(fc.array(fc.oneof(anyNumber, anyText, fc.constant(undefined)))),
  fc.constant(Symbol('s')),
);
const anyOperation: fc.Arbitrary<Operation> = fc.record(
  {
    index: fc.maxSafeNat(),
    time: fc.maxSafeNat(),
    type: fc.constantFrom('invoke', 'ok', 'fail', 'info'),
    process: fc.oneof(fc.maxSafeNat(), fc.constant('nemesis' as const)),
    f: anyText,
    key: fc.oneof(anyText, anyNumber),
    value: anyValue,
    error: anyText,
    node: anyText,
    due: fc.maxSafeNat(),
  },
  { requiredKeys: ['index', 'time', 'type', 'process', 'f'] },
);

describe('lines as bytes', () => {
  it('are those of the serializer, for everything that JSON can and cannot say', () => {
    fc.assert(
      fc.property(fc.array(anyOperation, { minLength: 1, maxLength: 20 }), (operations) => {
        const encoder = new LineEncoder(64);
        for (const op of operations) encoder.line(op);
        assert.equal(
          encoder.take().toString('utf8'),
          Buffer.from(serializeHistory(operations)).toString('utf8'),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a line that cannot be written leaves nothing behind', () => {
    const encoder = new LineEncoder(1024);
    const good: Operation = { index: 0, time: 1, type: 'invoke', process: 0, f: 'read' };
    const cycle: unknown[] = [];
    cycle.push([cycle]);
    encoder.line(good);
    for (const value of [1n, [[1n]], cycle, { a: { b: 2n } }]) {
      assert.throws(() => encoder.line({ ...good, value }), TypeError);
    }
    encoder.line(good);
    assert.equal(encoder.take().toString(), serializeOperation(good).repeat(2));
  });

  it('memory that is given back is used again, and what was taken stays as it was until then', () => {
    const encoder = new LineEncoder(8192);
    const line = (index: number): Operation => ({
      index,
      time: index,
      type: 'ok',
      process: 1,
      f: 'x',
      value: 'v'.repeat(100),
    });
    let text = '';
    for (let index = 0; index < 500; index += 1) {
      encoder.line(line(index));
      if (index % 20 !== 19) continue;
      const taken = encoder.take();
      encoder.line(line(10_000 + index));
      text += taken.toString();
      encoder.giveBack(taken);
      text += encoder.take().toString();
    }
    assert.deepEqual(
      text
        .trimEnd()
        .split('\n')
        .map((one) => (JSON.parse(one) as Operation).index)
        .filter((index) => index < 10_000),
      [...Array(500).keys()],
    );
  });
});

describe('recorder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-recorder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives places in order, and times that never go back', () => {
    const recorder = memoryRecorder();
    recorder.record({ time: 5, type: 'invoke', process: 0, f: 'read' });
    const late = recorder.record({
      time: 3,
      type: 'info',
      process: 'nemesis',
      f: 'kill',
      value: 'n1',
    });
    assert.deepEqual(late, {
      index: 1,
      time: 5,
      type: 'info',
      process: 'nemesis',
      f: 'kill',
      value: 'n1',
    });
    assert.equal(recorder.operations.length, 2);
    assert.equal(recorder.congested, false);
  });

  it('writes what it keeps, in order', async () => {
    const file = join(folder, 'history.jsonl');
    const recorder = fileRecorder(file);
    for (let i = 0; i < 20_000; i += 1) {
      recorder.record({
        time: i,
        type: i % 2 === 0 ? 'invoke' : 'ok',
        process: i % 7,
        f: 'write',
        key: `k${i % 5}`,
        value: i,
        node: 'n1',
      });
      if (i % 5000 === 0) await new Promise(setImmediate);
    }
    await recorder.close();
    await recorder.close();
    assert.equal(readFileSync(file, 'utf8'), serializeHistory(recorder.operations));
    assert.throws(() => recorder.record({ time: 1, type: 'ok', process: 1, f: 'x' }), /is closed/);
  });

  it('never writes over a history', () => {
    const file = join(folder, 'history.jsonl');
    fileRecorder(file);
    assert.throws(
      () => fileRecorder(file),
      (error: unknown) =>
        error instanceof HarnessFailure && /EEXIST.*must be a new file/.test(error.message),
    );
    assert.throws(() => fileRecorder(join(folder, 'no', 'such', 'folder')), /ENOENT/);
  });

  it('what waits for a slow disk is bounded: the interpreter waits too', async () => {
    const recorder = fileRecorder(join(folder, 'history.jsonl'));
    using timeline = new RealTimeline();
    const value = 'x'.repeat(40_000);
    let congested = 0;
    const client: Client = {
      invoke: async () => {
        if (recorder.congested) congested += 1;
        return { type: 'ok', value };
      },
      close: () => undefined,
    };
    const generator = limit(
      1500,
      numbered((n) => ({ f: 'read', value: n })),
    );
    await interpret({
      generator,
      concurrency: 100,
      random: stream(1, 'x'),
      timeline,
      recorder,
      open: () => client,
    });
    await recorder.close();
    // Only the small line of an invocation can have crossed the limit.
    assert.ok(congested <= 20, `${congested} operations began although the disk was behind`);
    const lines = readFileSync(join(folder, 'history.jsonl'), 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 3000);
  });

  it('loses no more than the last moment when the harness is killed', async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./fixtures/record-for-ever.ts', import.meta.url)), folder],
      { stdio: 'ignore' },
    );
    const progress = join(folder, 'progress');
    const lastRecorded = () => {
      const last = existsSync(progress)
        ? readFileSync(progress, 'utf8').trimEnd().split('\n').at(-1)
        : undefined;
      return last === undefined || last === ''
        ? { index: -1, ms: 0 }
        : (JSON.parse(last) as { index: number; ms: number });
    };
    while (lastRecorded().ms < 1500) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const last = lastRecorded();
    const text = readFileSync(join(folder, 'history.jsonl'), 'utf8');
    const operations = text
      .slice(0, text.lastIndexOf('\n'))
      .split('\n')
      .map((line) => JSON.parse(line) as Operation);
    assert.deepEqual(
      operations.map((op) => op.index),
      [...operations.keys()],
    );
    // 100 ms are promised, by a machine that is not busy with something else. Far less than a chunk was recorded.
    const lostMs = last.ms - (operations.at(-1)?.time ?? 0) / 1e6;
    assert.ok(lostMs < last.ms / 2, `the last ${lostMs} of ${last.ms} ms were lost`);
  });
});

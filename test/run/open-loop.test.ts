import assert from 'node:assert/strict';
import { paceOfStagger, stagger } from '#src/generator/index';
import { parseHistory, serializeHistory } from '#src/history/index';
import { attemptsOf } from '#src/metrics/attempts';
import { correctedLatencyByF, latencyByF } from '#src/metrics/latency';
import { memoryRecorder } from '#src/run/recorder';
import { run } from './support.ts';

const read = () => ({ f: 'read', value: null });

/** So many reads at 100 a second by one client; answers take 1 ms, that of the `slow`th 1000 ms. */
async function reads(count: number, slow: number) {
  const recorder = memoryRecorder();
  let asked = 0;
  await run(
    stagger(10, () => (asked < count ? read() : undefined)),
    () => {
      asked += 1;
      return { afterMs: asked === slow ? 1000 : 1, completion: { type: 'ok', value: 1 } };
    },
    { recorder, concurrency: 1 },
  );
  return recorder.operations;
}

describe('operations that come at a rate', () => {
  it('say when they were due, where all clients were busy then', async () => {
    const history = await reads(300, 50);
    const late = history.filter(({ due }) => due !== undefined);
    assert.ok(late.every(({ type, time, due = 0 }) => type === 'invoke' && time - due >= 1e6));
    const latest = Math.max(...late.map(({ time, due = 0 }) => (time - due) / 1e6));
    // It was due between 0 and 20 ms after the slow one had been asked.
    assert.ok(latest >= 980 && latest <= 1000, `${latest} ms`);
    const lines = serializeHistory(history);
    assert.deepEqual(parseHistory(lines, { file: 'h', format: 'jsonl' }).history, history);
  });

  it('show the waiting of those that were never asked', async () => {
    const attempts = attemptsOf(await reads(300, 50));
    const pace = paceOfStagger(10);
    const { read: asked } = latencyByF(attempts);
    const { read: due } = correctedLatencyByF(attempts, pace);
    assert.ok(asked && due);
    // One answer of 300 was slow; but of the 400 or so that were due, a quarter fell into that second.
    assert.equal(asked.p99, 1);
    assert.ok(due.p99 > 900 && due.p99 <= 1001, `${due.p99}`);
    assert.ok(due.p90 > 500 && due.p90 < 800, `${due.p90}`);
    assert.ok(due.p50 < 30, `${due.p50}`);
  });

  it('make no difference while clients keep up', async () => {
    const history = await reads(300, -1);
    const attempts = attemptsOf(history);
    const late = history.filter(({ due }) => due !== undefined).length;
    const quick = attempts.map(({ invoke, ...rest }) => {
      const { due: _, ...asked } = invoke;
      return { ...rest, invoke: asked };
    });
    assert.deepEqual(correctedLatencyByF(quick, paceOfStagger(10)), latencyByF(attempts));
    assert.ok(late < 30, `${late} of 300 were late although every answer took 1 ms`);
  });
});

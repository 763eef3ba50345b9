import assert from 'node:assert/strict';
import type { Operation } from '#src/history/operation';
import { findReal, guesses, type RunReal } from '#src/hunt/real-find';
import type { RealJudged } from '#src/hunt/real-judge';
import { describeRealReplay } from '#src/hunt/real-replay';
import { readRepro, reproSchema } from '#src/hunt/repro';
import type { ScriptedTest } from '#src/hunt/shrink';
import { buildSpec } from '#src/run/build-spec';
import type { TestSpec } from '#src/run/spec';

const kill = (at: number) => ({ at, for: 1000, fault: { kind: 'kill' }, target: 'leader' });

const spec: TestSpec = {
  ...buildSpec({ system: 'raft', nodes: 3, clients: 3, time: 9, world: 'real' }, 5),
  schedule: [kill(1000), kill(4000), kill(7000)],
};

/** 90 operations, one every 100 ms; every third one on `k1`. */
const history: Operation[] = Array.from({ length: 90 }, (_, i) => ({
  index: i,
  time: i * 100e6,
  type: 'invoke',
  process: i % 3,
  f: 'write',
  key: i % 3 === 0 ? 'k1' : 'k2',
  value: i,
}));

const failure = { kind: 'failed', by: 'checker', name: 'linearizable', explanation: 'no' } as const;

const ranWith = (verdict: RealJudged['verdict']): RealJudged => ({
  verdict,
  results: {
    valid: false,
    exitCode: 1,
    reasons: [],
    system: 'raft',
    workload: 'register',
    world: 'real',
    seed: 5,
    counts: { ok: 1, fail: 0, info: 0 },
    checkers: {},
    latency: {},
    availability: { fraction: 1, windowMs: 100, longestOutageMs: 0 },
    faults: [],
    leader: { changes: 0, elections: 1 },
    cost: { messagesPerOp: null, bytesPerOp: null, fsyncsPerOp: null },
  },
  history,
  folder: '/nonexistent/run',
  evidence: { untilMs: 8000, key: 'k1' },
});

/** Fails every `oneIn`th time, as long as it has a fault and this operation; never two at once. */
function flaky(oneIn: number, value: number) {
  let runs = 0;
  let running = 0;
  const run: RunReal = async (test) => {
    running += 1;
    assert.equal(running, 1, 'two clusters at once');
    await Promise.resolve();
    running -= 1;
    runs += 1;
    const has = (test.operations ?? []).some((one) => one.value === value);
    const fails = has && test.schedule.length > 0 && runs % oneIn === 0;
    return ranWith(fails ? failure : { kind: 'passed' });
  };
  return { run, runs: () => runs };
}

const options = { store: '/nonexistent', toxiproxy: 'auto', budgetMs: 60_000 } as const;

describe('shrinking a failure of real processes', () => {
  it('finds the one fault and the one operation, though only every third run fails', async () => {
    const { run, runs } = flaky(3, 60);
    const told: number[] = [];
    const onRun = (tried: number): unknown => told.push(tried);
    const repro = await findReal(
      { spec, judged: ranWith(failure) },
      { ...options, runsPerCandidate: 3, onRun },
      run,
    );
    assert.equal(repro.spec.schedule.length, 1);
    assert.deepEqual(
      repro.spec.operations?.map(({ value }) => value),
      [60],
    );
    assert.equal(repro.spec.world, 'real');
    assert.deepEqual(repro.again, { runs: 3, failed: 1 });
    assert.equal(repro.origin.faults, 3);
    assert.equal(repro.origin.operations, 90);
    assert.equal(repro.origin.tried, runs());
    assert.equal(told.at(-1), runs());
    assert.deepEqual(reproSchema.parse(JSON.parse(JSON.stringify(repro))), repro);
  });

  it('another failure does not count', async () => {
    const run: RunReal = () =>
      Promise.resolve(ranWith({ ...failure, by: 'liveness', name: 'healed-cluster-serves' }));
    const repro = await findReal(
      { spec, judged: ranWith(failure) },
      { ...options, runsPerCandidate: 2 },
      run,
    );
    assert.deepEqual(repro.spec, spec);
    assert.deepEqual(repro.again, { runs: 2, failed: 0 });
    assert.equal(repro.failure.name, 'linearizable');
  });

  it('keeps the smallest of the runs of a test that could not be made smaller', async () => {
    const lengths = [120, 70, 110];
    const run: RunReal = (test) => {
      const length = test.operations === undefined ? lengths.shift() : undefined;
      if (length === undefined) return Promise.resolve(ranWith({ kind: 'passed' }));
      const longer = [...history, ...history].slice(0, length);
      return Promise.resolve({ ...ranWith(failure), history: longer });
    };
    const repro = await findReal(
      { spec, judged: ranWith(failure) },
      { ...options, runsPerCandidate: 3 },
      run,
    );
    assert.deepEqual(repro.spec, spec);
    assert.deepEqual(repro.again, { runs: 3, failed: 3 });
    assert.equal(repro.operations, 70);
  });

  it('ends with what there is when it is interrupted', async () => {
    const interrupt = new AbortController();
    let runs = 0;
    const run: RunReal = () => {
      runs += 1;
      if (runs === 2) interrupt.abort();
      return Promise.resolve(ranWith(failure));
    };
    const { signal } = interrupt;
    const repro = await findReal(
      { spec, judged: ranWith(failure) },
      { ...options, runsPerCandidate: 3, signal },
      run,
    );
    assert.equal(runs, 2);
    assert.ok(repro.spec.operations !== undefined && repro.again !== undefined);
  });

  it('begins with the seconds before the failure, and with the operations on its key', () => {
    const operations = history.map(({ time, process, f, key, value }) => ({
      at: time / 1e6,
      thread: Number(process),
      f,
      ...(key === undefined ? {} : { key }),
      value,
    }));
    const whole: ScriptedTest = { ...spec, operations };
    const [first, ...others] = guesses(whole, { untilMs: 6000, key: 'k1' });
    assert.ok(first);
    assert.ok(Math.abs(first.time - 3) < 1e-6, String(first.time));
    // The second fault is in effect when the window begins, the third comes after it.
    assert.deepEqual(first.schedule, [kill(800)]);
    assert.ok(first.operations.every(({ key, at }) => key === 'k1' && at < 3000));
    assert.equal(others.length, 3);
    assert.ok(others.every((one) => one.operations.length > 0));
    assert.deepEqual(guesses(whole, undefined), []);
  });
});

describe('a repro of the real world', () => {
  it('is told with how often it fails', () => {
    const { by, name, explanation } = failure;
    const told = describeRealReplay(
      { attempts: 4, failed: 1 },
      { failure: { by, name, explanation }, again: { runs: 3, failed: 2 } },
    );
    assert.match(told, /^1 of 4 attempts .* \(checker linearizable\)\. .*2 of 3 did\.$/);
  });

  it('is refused without that, as a simulated one is without its trace hash', () => {
    const repro = {
      kind: 'dissent-repro',
      failure: { by: 'checker', name: 'linearizable', explanation: 'no' },
      operations: 1,
      origin: { seed: 1, faults: 1, operations: 1, tried: 1 },
    };
    const issue = (input: unknown): string =>
      reproSchema.safeParse(input).error?.issues[0]?.path.join('.') ?? 'none';
    assert.equal(issue({ ...repro, spec }), 'again');
    assert.equal(issue({ ...repro, spec: { ...spec, world: 'sim' } }), 'traceHash');
    assert.equal(issue({ ...repro, spec, again: { runs: 3, failed: 1 } }), 'none');
    assert.throws(() => readRepro('/nonexistent.json'), /cannot read .*dissent hunt/s);
  });
});

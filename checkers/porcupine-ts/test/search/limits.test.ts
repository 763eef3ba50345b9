/** Whatever takes long looks at the clock: counted in looks, as busy machines make times mean little. */

import assert from 'node:assert/strict';
import { OutOfTime, paced } from '../../src/budget.ts';
import { casRegister, check, type Model, type Operation } from '../../src/index.ts';
import { Beam } from '../../src/search/beam.ts';
import { Hunch } from '../../src/search/hunch.ts';
import { problem } from '../../src/search/problem.ts';
import { Search } from '../../src/search/search.ts';
import { endless, log } from '../support/endless.ts';
import { registerHistory } from '../support/generated.ts';

const memoryLimitBytes = 2 ** 28;

/** Counts looks, and throws at the n-th. */
function clock(stopAt = Infinity): { readonly tick: () => void; readonly looks: () => number } {
  let looks = 0;
  const tick = (): void => {
    looks += 1;
    if (looks >= stopAt) throw new OutOfTime();
  };
  return { tick, looks: () => looks };
}

const register = (operations: number, unknown = 0): Operation<never, never>[] =>
  registerHistory({
    operations,
    clients: 20,
    values: 5,
    read: 0.4,
    write: 0.4,
    unknown,
    seed: 9,
  }) as Operation<never, never>[];

/** A log whose steps are slow on purpose: they count how often they are made. */
function counted(): { readonly model: typeof log; readonly steps: () => number } {
  let steps = 0;
  const model: typeof log = {
    init: () => log.init(),
    step: (state, input, output) => {
      steps += 1;
      return log.step(state, input, output);
    },
  };
  return { model, steps: () => steps };
}

describe('a limit', () => {
  it('is looked at before every step of a slow model', () => {
    const { model, steps } = counted();
    const p = { ...problem(model, endless('a'), () => {}), tick: clock(1000).tick };
    assert.throws(() => new Search(p).run(1e6, memoryLimitBytes), OutOfTime);
    // Preparing looks a few times, too.
    assert.ok(steps() < 1000 && steps() > 950, `${steps()} steps`);
  });

  it('is looked at by the search that guesses, which takes it for no failure of its own', () => {
    const { model, steps } = counted();
    const p = problem(model, endless('a'), () => {});
    const search = new Search(p);
    search.run(100, memoryLimitBytes);
    const before = steps();
    const hunch = new Hunch({ ...p, tick: clock(500).tick }, search.transitions);
    assert.throws(() => {
      while (hunch.run(100, memoryLimitBytes) === 'paused');
    }, OutOfTime);
    assert.ok(steps() - before < 500);
  });

  it('that somebody else sets by throwing is told to whoever asked', () => {
    const history = endless('a', 12);
    let isLate = false;
    const onProgress = (): void => {
      isLate = true;
      throw new RangeError('enough');
    };
    assert.throws(() => check(log, history, { onProgress }), /enough/);
    assert.ok(isLate);
  });

  it('is looked at by the beam, at every configuration', () => {
    const { tick, looks } = clock();
    const p = { ...problem(casRegister(0), register(2000, 0.1), () => {}), tick };
    assert.ok(p.register !== undefined);
    const beam = new Beam(p, p.register);
    beam.run(500, memoryLimitBytes);
    assert.ok(looks() >= beam.steps, `${looks()} looks in ${beam.steps} steps`);
  });

  it('is looked at again and again while a long history is prepared', () => {
    const history = register(60_000).reverse();
    const opaque: Model<number, never, never> = {
      init: () => 0,
      step: (state) => state,
    };
    for (const model of [casRegister(0), opaque] as const) {
      const { tick, looks } = clock();
      problem<number, never, never>(model as typeof opaque, history, tick);
      assert.ok(looks() > 20, `${looks()} looks`);
      for (const stopAt of [1, 5, 10, 15, 20]) {
        const stop = clock(stopAt).tick;
        assert.throws(() => problem(model as typeof opaque, history, stop), OutOfTime);
      }
    }
  });

  it('leaves what was found until then', () => {
    for (const stopAt of [20, 50, 1000, 5000]) {
      const p = { ...problem(log, endless('a'), () => {}), tick: clock(stopAt).tick };
      const search = new Search(p);
      assert.throws(() => search.run(1e6, memoryLimitBytes), OutOfTime);
      const placed = search.order().length;
      assert.ok(placed <= 40 && (stopAt < 1000 || placed === 40), `${placed} placed`);
    }
  });

  it('of the memory stops the beam', () => {
    const p = problem(casRegister(0), register(5000, 0.1), () => {});
    assert.ok(p.register !== undefined);
    const beam = new Beam(p, p.register);
    let end = beam.run(100, memoryLimitBytes);
    for (let i = 0; i < 20 && end === 'paused'; i += 1) end = beam.run(100, memoryLimitBytes);
    assert.ok(beam.bytes > 10_000, `${beam.bytes} bytes`);
    assert.equal(beam.run(100, 1000), 'failed');
  });

  it('stops a model that takes a millisecond for every step, soon', () => {
    const slow: typeof log = {
      init: () => log.init(),
      step: (state, input, output) => {
        const end = performance.now() + 1;
        while (performance.now() < end);
        return log.step(state, input, output);
      },
    };
    const result = check(slow, endless('a'), { timeLimitMs: 100 });
    assert.equal(result.verdict, 'unknown');
    // 256 steps of the search are far more than this. Busy machines only make it fewer.
    assert.ok(result.steps < 256, `${result.steps} steps`);
  });
});

describe('a paced clock', () => {
  it('looks at every call when calls are slow, and at few when they are quick', () => {
    const quick = clock();
    const tick = paced(quick.tick);
    for (let i = 0; i < 100_000; i += 1) tick();
    assert.ok(quick.looks() < 20_000, `${quick.looks()} looks`);
    const slow = clock();
    const often = paced(slow.tick);
    for (let i = 0; i < 20; i += 1) {
      const end = performance.now() + 15;
      while (performance.now() < end);
      often();
    }
    assert.equal(slow.looks(), 20);
  });
});

/** What the models say one step at a time, and that their states are values. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { subject } from '../src/cli/subjects.ts';
import { illegal, keyed, type Model, nondeterministic, queue, set, stack } from '../src/index.ts';

/** Walks back and forth among states: each must stay what it was. */
function statesStay<State, Input>(
  model: Model<State, Input, never>,
  contents: (state: State) => unknown,
  inputs: fc.Arbitrary<Input>,
): void {
  const walk = fc.array(fc.tuple(inputs, fc.nat()), { maxLength: 40 });
  fc.assert(
    fc.property(walk, (steps) => {
      const states: State[] = [model.init()];
      const seen: string[] = [JSON.stringify(contents(model.init()))];
      for (const [input, from] of steps) {
        const after = model.step(states[from % states.length] as State, input, undefined);
        assert.ok(after !== illegal);
        states.push(after);
        seen.push(JSON.stringify(contents(after)));
      }
      for (const [i, state] of states.entries()) {
        assert.equal(JSON.stringify(contents(state)), seen[i]);
        for (const [j, other] of states.entries()) {
          const isSame = seen[i] === seen[j];
          assert.equal(model.equal?.(state, other), isSame);
          if (isSame) assert.equal(model.hash?.(state), model.hash?.(other));
        }
      }
    }),
    { numRuns: 60 },
  );
}

const value = fc.nat(3);

describe('models', () => {
  it('queues keep their earlier versions', () => {
    const inputs = fc.oneof(
      value.map((v) => ({ kind: 'enqueue' as const, value: v })),
      fc.constant({ kind: 'dequeue' as const }),
    );
    statesStay(queue<number>([1]), (state) => state.values(), inputs);
  });

  it('stacks keep their earlier versions', () => {
    const model = stack<number>([1]);
    const inputs = fc.oneof(
      value.map((v) => ({ kind: 'push' as const, value: v })),
      fc.constant({ kind: 'pop' as const }),
    );
    statesStay(model, (state) => model.describeState?.(state), inputs);
  });

  it('sets keep their earlier versions', () => {
    const inputs = fc
      .tuple(fc.constantFrom('add' as const, 'remove' as const), value)
      .map(([kind, v]) => ({ kind, value: v }));
    statesStay(set<number>([1]), (state) => state.values().sort(), inputs);
  });

  it('sets of objects compare by contents', () => {
    const model = set<{ readonly a: number }>([{ a: 1 }]);
    const elements = (...values: readonly { readonly a: number }[]) =>
      model.step(model.init(), { kind: 'read' }, { kind: 'elements', elements: values });
    assert.notEqual(elements({ a: 1 }, { a: 1 }), illegal);
    assert.equal(elements(), illegal);
    assert.equal(elements({ a: 1 }, { a: 2 }), illegal);
  });

  it('elements of a set that look alike are not the same', () => {
    const alike = [1, '1', 1n, true, 'true', null, 'null', undefined, 'undefined', [1], '[1]'];
    const texts = ['{"a":1}', { a: 1 }, '"a"', 'a', 'NaN', Number.NaN];
    const model = set<unknown>();
    const whole = set<unknown>([...alike, ...texts]).init();
    assert.equal(whole.size, alike.length + texts.length);
    for (const value of [...alike, ...texts]) {
      const only = model.step(model.init(), { kind: 'add', value }, undefined);
      assert.ok(only !== illegal);
      const found = [...alike, ...texts].filter((other) => only.has(other));
      assert.deepEqual(found, [value]);
      assert.ok(model.equal?.(only, set<unknown>([value]).init()));
      const without = whole.set(value, false);
      assert.equal(without.size, whole.size - 1);
      assert.ok(!without.has(value) && whole.has(value));
    }
    const zero = set<unknown>([0]).init();
    assert.ok(zero.has(-0) && zero.isExactly([-0, 0]) && !zero.isExactly([0, '0']));
  });

  it('operations on one element of a set are one object, reads are about all', () => {
    const model = set();
    assert.equal(model.partition?.({ kind: 'add', value: 'x' }), 'x');
    assert.equal(model.partition?.({ kind: 'read' }), undefined);
  });

  it('non-deterministic ones go to all states that are possible', () => {
    const coin = nondeterministic<string, 'flip' | 'look', string>({
      init: () => ['up'],
      step: (state, input, output) => {
        if (input === 'flip') return ['up', 'down', 'up'];
        return output === undefined || output === state ? [state] : [];
      },
    });
    const flipped = coin.step(coin.init(), 'flip', undefined);
    assert.ok(flipped !== illegal);
    assert.deepEqual([...flipped].sort(), ['down', 'up']);
    assert.deepEqual(coin.step(flipped, 'look', 'down'), ['down']);
    assert.equal(coin.step(coin.init(), 'look', 'down'), illegal);
    assert.equal(coin.equal?.(flipped, [...flipped].reverse()), true);
    assert.equal(coin.hash?.(flipped), coin.hash?.([...flipped].reverse()));
    assert.equal(coin.equal?.(flipped, ['up']), false);
    assert.equal(coin.describeState?.(['up']), '"up"');
  });

  it('keyed ones keep their shape, so that keys need no search, either', () => {
    const { shape } = keyed(queue<number>());
    assert.ok(shape?.kind === 'queue');
    const input = { key: 'k', input: { kind: 'enqueue' as const, value: 3 } };
    assert.deepEqual(shape.view(input, undefined), { kind: 'put', value: 3 });
  });

  it('are read from lines of a history', () => {
    const call = (f: string, asked: unknown, answer: unknown) => ({
      line: 1,
      process: 0,
      f,
      value: asked,
      call: 0,
      end: { kind: 'ok' as const, at: 1, value: answer },
    });
    assert.deepEqual(subject('queue', undefined).translate(call('dequeue', null, null)), {
      input: { kind: 'dequeue' },
      output: { kind: 'empty' },
    });
    assert.deepEqual(subject('set', [1]).translate(call('contains', 1, [1, true])), {
      input: { kind: 'contains', value: 1 },
      output: { kind: 'contains', contains: true },
    });
    assert.deepEqual(subject('counter', 2).translate(call('add', -3, null))?.input, {
      kind: 'add',
      delta: -3,
    });
    assert.throws(() => subject('stack', undefined).translate(call('push', null, null)), /push of/);
    assert.throws(() => subject('queue', 3), /allowed for queue: a list/);
  });
});

/** How much is done between two looks at the clock: counted, as busy machines make times mean little. */

import assert from 'node:assert/strict';
import { casRegister, check, type Model, type Operation } from '../src/index.ts';
import { large } from './oracle/large.ts';
import { random } from './oracle/random.ts';
import { registerHistory } from './support/generated.ts';

type AnyModel = Model<unknown, unknown, unknown>;

const operations = 20_000;
/** A look costs less than a microsecond, what a model is asked mostly less than ten. */
const mostCalls = 25_000;
/** Turns of a loop that asks the model nothing take less. */
const turnsPerLook = 10_000;

/** The same model; `asked` is called whenever it is. */
function watched<Value extends object>(model: Value, asked: () => void): Value {
  return new Proxy(model, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name);
      if (typeof value === 'object' && value !== null && name === 'shape') {
        return watched(value, asked);
      }
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        asked();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

interface Counts {
  readonly verdict: string;
  readonly looks: number;
  /** The most that the model was asked between two looks, and after the last one if that said to stop. */
  readonly mostCalls: number;
  readonly callsAfterStop: number;
}

/** A signal that is asked at every look, and is aborted from one on. */
function counted(
  model: AnyModel,
  history: readonly Operation<unknown, unknown>[],
  stopAt = Infinity,
): Counts {
  let [looks, calls, most] = [0, 0, 0];
  const signal = {
    get aborted() {
      looks += 1;
      // Whoever is told to stop asks why.
      if (looks <= stopAt) {
        most = Math.max(most, calls);
        calls = 0;
      }
      return looks >= stopAt;
    },
  };
  const asked = (): void => {
    calls += 1;
  };
  const { verdict } = check(watched(model, asked), history, { signal });
  return { verdict, looks, mostCalls: Math.max(most, calls), callsAfterStop: calls };
}

interface Subject {
  readonly name: string;
  readonly model: AnyModel;
  readonly history: readonly Operation<unknown, unknown>[];
}

function subjects(): readonly Subject[] {
  const found: Subject[] = [];
  for (const [name, make] of large) {
    const { model, valid, broken } = make(random(5), operations);
    found.push({ name, model, history: valid }, { name: `broken ${name}`, model, history: broken });
  }
  const shape = { operations, clients: 10, values: 5, read: 0.4, write: 0.4, seed: 4 };
  const untyped: Model<never, never, never> = casRegister(0) as Model<never, never, never>;
  for (const [name, of] of Object.entries({
    register: shape,
    'register with new values': { ...shape, values: 0 },
    'stale register with new values': { ...shape, values: 0, staleAt: 0.9 },
    'register with unknown outcomes': { ...shape, unknown: 0.01 },
    'stale register': { ...shape, fresh: 0.1, staleAt: 0.9 },
  })) {
    found.push({ name, model: untyped as AnyModel, history: registerHistory(of) });
  }
  return found;
}

describe('between two looks at the clock', function () {
  // Nothing is waited for: a limit would end nothing, and only fail on a slow machine.
  this.timeout(0);

  for (const { name, model, history } of subjects()) {
    it(`a ${name} is not worked on for long`, () => {
      const all = counted(model, history);
      assert.notEqual(all.verdict, 'unknown');
      assert.ok(all.mostCalls <= mostCalls, `${all.mostCalls} calls of the model`);
      const least = (10 * history.length) / turnsPerLook;
      assert.ok(all.looks >= least, `${all.looks} looks`);
      for (const share of [0.1, 0.5, 0.9]) {
        const stopAt = Math.ceil(share * all.looks);
        const stopped = counted(model, history, stopAt);
        assert.notEqual(stopped.verdict, 'ok', `stopped at look ${stopAt} of ${all.looks}`);
        assert.ok(stopped.callsAfterStop <= 256, `${stopped.callsAfterStop} calls`);
      }
    });
  }
});

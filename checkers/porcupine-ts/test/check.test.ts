import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  casRegister,
  check,
  fromEvents,
  illegal,
  keyed,
  kv,
  type Model,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  register,
} from '../src/index.ts';
import { opaqueCounter, subjects } from './support/arbitraries.ts';

type RegisterIn = RegisterInput<number>;
type RegisterOut = RegisterOutput<number>;

/** Adds in any order; the sum is asked for at the end. Without hints its search is exponential. */
const subsetSum: Model<number, { readonly add: number } | 'sum', number> = {
  init: () => 0,
  step: (state, input, output) => {
    if (input === 'sum') return output === state ? state : illegal;
    return state + input.add;
  },
};

/** Whether some of 40 unknown additions give an odd sum out of even numbers: no, and a search has to try. */
const hopeless: Operation<{ readonly add: number } | 'sum', number>[] = [
  ...Array.from({ length: 40 }, (_, i) => ({
    kind: 'unknown' as const,
    input: { add: 2 ** (i + 1) },
    call: 0,
  })),
  { kind: 'completed', input: 'sum', output: 3, call: 1, return: 2 },
];

describe('check', () => {
  it('says ok of nothing', () => {
    const result = check(register(0), []);
    assert.equal(result.verdict, 'ok');
    assert.deepEqual(result.partitions, []);
  });

  it('gives the linearization, with the unknown outcomes that it needed', () => {
    const written: Operation<{ kind: 'write'; value: number }, never> = {
      kind: 'unknown',
      input: { kind: 'write', value: 7 },
      call: 0,
    };
    const useless = { ...written, input: { kind: 'write' as const, value: 8 } };
    const read: Operation<{ kind: 'read' }, { kind: 'value'; value: number }> = {
      kind: 'completed',
      input: { kind: 'read' },
      output: { kind: 'value', value: 7 },
      call: 1,
      return: 2,
    };
    const [part] = check(register(0), [useless, read, written]).partitions;
    assert.equal(part?.verdict, 'ok');
    assert.deepEqual(part.linearization, [written, read]);
  });

  it('takes touching intervals for concurrent', () => {
    const write = (value: number, call: number, end: number) =>
      ({
        kind: 'completed',
        input: { kind: 'write', value },
        output: undefined,
        call,
        return: end,
      }) as const;
    const read = (value: number, call: number) =>
      ({
        kind: 'completed',
        input: { kind: 'read' },
        output: { kind: 'value', value },
        call,
        return: call + 1,
      }) as const;
    assert.equal(check(register(0), [write(1, 0, 5), read(0, 5)]).verdict, 'ok');
    assert.equal(check(register(0), [write(1, 0, 5), read(0, 6)]).verdict, 'illegal');
  });

  it('goes on to other partitions only when asked to', () => {
    const reads = (
      key: number,
    ): Operation<{ kind: 'get'; key: number }, { kind: 'value'; value: string }>[] => [
      {
        kind: 'completed',
        input: { kind: 'get', key },
        output: { kind: 'value', value: 'x' },
        call: 0,
        return: 1,
      },
    ];
    const verdicts = (exhaustive: boolean | 'cheap') =>
      check(kv(), [...reads(1), ...reads(2)], { exhaustive }).partitions.map((part) => [
        part.key,
        part.verdict,
        part.verdict === 'unknown' ? part.reason : undefined,
      ]);
    const both = [
      [1, 'illegal', undefined],
      [2, 'illegal', undefined],
    ];
    assert.deepEqual(verdicts(true), both);
    assert.deepEqual(verdicts('cheap'), both);
    assert.deepEqual(verdicts(false), [both[0], [2, 'unknown', 'another-partition-is-illegal']]);
  });

  it('that need a long search are left after another was illegal, unless all are wanted', () => {
    const hard = keyed(subsetSum);
    const under = (key: number, history: typeof hopeless) =>
      history.map((op) => ({ ...op, input: { key, input: op.input } }));
    const few = hopeless.slice(-3);
    const history = [...under(1, hopeless), ...under(2, few)];
    const reasons = (exhaustive: boolean | 'cheap', timeLimitMs: number) =>
      check(hard, history, { exhaustive, timeLimitMs }).partitions.map((part) =>
        part.verdict === 'unknown' ? part.reason : part.verdict,
      );
    assert.deepEqual(reasons(false, 20_000), ['another-partition-is-illegal', 'illegal']);
    assert.deepEqual(reasons('cheap', 20_000), ['another-partition-is-illegal', 'illegal']);
    assert.deepEqual(reasons(true, 1000), ['time-limit', 'illegal']);
  });

  it('tells several orders that go as far as any can', () => {
    const write = (value: number, call: number, end: number) => ({
      kind: 'completed' as const,
      input: { kind: 'write' as const, value },
      output: undefined,
      call,
      return: end,
    });
    const impossible = {
      kind: 'completed' as const,
      input: { kind: 'read' as const },
      output: { kind: 'value' as const, value: 3 },
      call: 6,
      return: 7,
    };
    const history = [write(1, 0, 5), write(2, 1, 4), write(3, 8, 9), impossible];
    const signal = { aborted: false };
    const [part] = check(casRegister(0), history, { signal }).partitions;
    assert.equal(part?.verdict, 'illegal');
    assert.equal(part.blocked, impossible);
    // They are looked for when they are asked for, and no limit holds any more.
    signal.aborted = true;
    const told = part.partialLinearizations.map((order) => order.map(({ call }) => call));
    assert.deepEqual(told.toSorted(), [
      [0, 1],
      [1, 0],
    ]);
  });

  it('explains a quick verdict when it is asked to, whatever the time', () => {
    const value = (seen: number) => ({ kind: 'value' as const, value: seen });
    const write = (written: number, call: number): Operation<RegisterIn, RegisterOut> => ({
      kind: 'completed',
      input: { kind: 'write', value: written },
      output: undefined,
      call,
      return: call + 1,
    });
    const stale: Operation<RegisterIn, RegisterOut> = {
      kind: 'completed',
      input: { kind: 'read' },
      output: value(1),
      call: 4,
      return: 5,
    };
    const signal = { aborted: false };
    const history = [write(1, 0), write(2, 2), stale, write(3, 6)];
    const [part] = check(register(0), history, { signal }).partitions;
    signal.aborted = true;
    assert.equal(part?.verdict, 'illegal');
    assert.equal(part.blocked, stale);
    assert.deepEqual(part.statesBefore, [2]);
    assert.deepEqual(part.partialLinearizations, [history.slice(0, 2)]);
    // A copy holds what the original would have told.
    assert.equal({ ...part }.blocked, stale);
  });

  it('refuses what cannot be searched, though not at first', () => {
    const long = (input: RegisterIn, output?: RegisterOut): Operation<RegisterIn, RegisterOut> => ({
      kind: 'completed',
      input,
      output,
      call: 0,
      return: 1000,
    });
    const value = (read: number): RegisterOut => ({ kind: 'value', value: read });
    const history: Operation<RegisterIn, RegisterOut>[] = [];
    for (let i = 0; i < 25; i += 1) {
      const write = long({ kind: 'write', value: i });
      history.push(write, write, long({ kind: 'read' }, value(i)));
    }
    // One value replaces another, and then the first is read, while all that is open.
    const short: readonly (readonly [RegisterIn, RegisterOut | undefined])[] = [
      [{ kind: 'write', value: 101 }, undefined],
      [{ kind: 'write', value: 102 }, undefined],
      [{ kind: 'read' }, value(102)],
      [{ kind: 'read' }, value(101)],
    ];
    for (const [i, [input, output]] of short.entries()) {
      history.push({ kind: 'completed', input, output, call: 10 * i + 1, return: 10 * i + 2 });
    }
    const { verdict, steps } = check(register(0), history, { timeLimitMs: 20_000 });
    assert.equal(verdict, 'illegal');
    assert.ok(steps > 1000, `${steps} steps`);
  });

  it('stops at a limit, without a verdict, and says how far it got', () => {
    const result = check(subsetSum, hopeless, { timeLimitMs: 150 });
    // Generous, for busy machines: without the limit it would take years.
    assert.ok(result.elapsedMs < 5000, `${result.elapsedMs} ms`);
    assert.equal(result.verdict, 'unknown');
    const [part] = result.partitions;
    assert.equal(part?.verdict, 'unknown');
    assert.equal(part.reason, 'time-limit');
    assert.ok(result.steps > 0);
  });

  it('answers even when there is no time to read the history', () => {
    const result = check(subsetSum, hopeless, { timeLimitMs: 1e-9 });
    assert.equal(result.verdict, 'unknown');
    assert.equal(result.partitions[0]?.operations.length, hopeless.length);
  });

  it('decides the same with hardly any memory', () => {
    const few = hopeless.slice(0, 13).concat(hopeless.slice(-1));
    assert.equal(check(subsetSum, few, { memoryLimitBytes: 2 ** 20 }).verdict, 'illegal');
    assert.equal(check(subsetSum, few).verdict, 'illegal');
  });

  it('reports progress', () => {
    const seen: number[] = [];
    check(subsetSum, hopeless, {
      timeLimitMs: 400,
      onProgress: ({ steps, partitions, partitionsDecided }) => {
        assert.deepEqual([partitions, partitionsDecided], [1, 0]);
        seen.push(steps);
      },
    });
    assert.ok(seen.length > 0);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  });

  it('terminates on models with endless states and unknown outcomes', () => {
    const history: Operation<'add' | 'get', number>[] = [
      { kind: 'unknown', input: 'add', call: 0 },
      { kind: 'unknown', input: 'add', call: 0 },
      { kind: 'completed', input: 'get', output: 3, call: 1, return: 2 },
    ];
    assert.equal(check(opaqueCounter, history).verdict, 'illegal');
  });

  it('refuses what is not an interval or a limit', () => {
    const op = { kind: 'completed', input: { kind: 'read' }, output: undefined, id: 'r1' } as const;
    assert.throws(
      () => check(register(0), [{ ...op, call: 5, return: 4 }]),
      /operation 0 \(id r1\): return is 4 and call is 5/,
    );
    assert.throws(() => check(register(0), [{ ...op, call: Number.NaN, return: 4 }]), RangeError);
    assert.throws(() => check(register(0), [{ ...op, call: 1, return: Infinity }]), RangeError);
    assert.throws(() => check(register(0), [], { timeLimitMs: 0 }), /timeLimitMs is 0/);
    assert.throws(() => check(register(0), [], { memoryLimitBytes: 5 }), /memoryLimitBytes is 5/);
  });
});

describe('events', () => {
  it('become intervals in the order of their calls', () => {
    const operations = fromEvents([
      { kind: 'call', id: 1, client: 'a', input: 'x' },
      { kind: 'call', id: 2, input: 'y' },
      { kind: 'return', id: 2, output: 'Y' },
      { kind: 'call', id: 3, input: 'z' },
      { kind: 'failed', id: 3 },
      { kind: 'call', id: 4, input: 'w' },
      { kind: 'unknown', id: 4 },
    ]);
    assert.deepEqual(operations, [
      { kind: 'unknown', id: 1, client: 'a', input: 'x', call: 0 },
      { kind: 'completed', id: 2, input: 'y', output: 'Y', call: 1, return: 2 },
      { kind: 'unknown', id: 4, input: 'w', call: 5 },
    ]);
  });

  it('that cannot be are refused', () => {
    const call = { kind: 'call', id: 1, input: 'x' } as const;
    const back = { kind: 'return', id: 1, output: 'x' } as const;
    assert.throws(() => fromEvents([call, call]), /called twice/);
    assert.throws(() => fromEvents([back]), /was not called/);
    assert.throws(() => fromEvents([call, back, back]), /ends twice/);
  });
});

describe('a verdict does not change', () => {
  const subject = subjects['cas-register'];

  it('with the order in which operations are listed', () => {
    const shuffled = subject.histories.chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.shuffledSubarray(history, { minLength: history.length, maxLength: history.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([history, other]) => {
        const { verdict } = check(subject.model, history);
        assert.equal(check(subject.model, other).verdict, verdict);
      }),
      { numRuns: 1000 },
    );
  });

  it('when all times are stretched, and only to ok when intervals grow', () => {
    fc.assert(
      fc.property(subject.histories, fc.nat(3), (history, more) => {
        const { verdict } = check(subject.model, history);
        const stretched = history.map((op) =>
          op.kind === 'completed'
            ? { ...op, call: op.call * 3 - 7, return: op.return * 3 - 7 }
            : { ...op, call: op.call * 3 - 7 },
        );
        assert.equal(check(subject.model, stretched).verdict, verdict);
        const longer = history.map((op) =>
          op.kind === 'completed' ? { ...op, return: op.return + more } : op,
        );
        if (verdict === 'ok') assert.equal(check(subject.model, longer).verdict, 'ok');
      }),
      { numRuns: 1000 },
    );
  });

  it('to illegal when an outcome becomes unknown or an unknown one is added', () => {
    fc.assert(
      fc.property(subject.histories, fc.nat(5), (history, at) => {
        if (check(subject.model, history).verdict !== 'ok') return;
        const chosen = at % history.length;
        const less = history.map((op, i): (typeof history)[number] =>
          i === chosen ? { kind: 'unknown', input: op.input, call: op.call } : op,
        );
        // What others saw of it may have depended on when it was over, never on its being known.
        assert.equal(check(subject.model, less).verdict, 'ok');
        const more = [
          ...history,
          { kind: 'unknown' as const, input: { kind: 'write' as const, value: 2 }, call: 0 },
        ];
        assert.equal(check(subject.model, more).verdict, 'ok');
      }),
      { numRuns: 1000 },
    );
  });

  it('when two histories are two keys of one', () => {
    const model = keyed(casRegister(0));
    fc.assert(
      fc.property(subject.histories, subject.histories, (a, b) => {
        const under = (key: string, history: typeof a) =>
          history.map((op) => ({ ...op, input: { key, input: op.input } }));
        const each = [a, b].map((history) => check(subject.model, history).verdict);
        const expected = each.includes('illegal') ? 'illegal' : 'ok';
        for (const exhaustive of [false, 'cheap', true] as const) {
          const both = check(model, [...under('a', a), ...under('b', b)], { exhaustive }).verdict;
          assert.equal(both, expected);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

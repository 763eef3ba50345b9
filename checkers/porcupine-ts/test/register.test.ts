import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type CasRegisterInput,
  casRegister,
  type Operation,
  type RegisterOutput,
} from '../src/index.ts';
import { decideRegister } from '../src/register/register.ts';
import { problem } from '../src/search/problem.ts';
import { Search } from '../src/search/search.ts';
import { bare } from './oracle/judge.ts';

type History = Operation<CasRegisterInput<number>, RegisterOutput<number>>[];

/** DISSENT_FUZZ multiplies the number of runs. */
const runs = 6000 * Number(process.env['DISSENT_FUZZ'] ?? 1);

interface Shape {
  readonly length: number;
  readonly values: number;
  readonly moments: number;
}

const step = fc.record({
  f: fc.nat(5),
  from: fc.nat(99),
  to: fc.nat(99),
  call: fc.nat(999),
  lasts: fc.nat(999),
  lost: fc.nat(5),
});

/** Mostly unique writes: the value of the i-th change is i, now and then an old one. */
function histories({ length, values, moments }: Shape): fc.Arbitrary<History> {
  return fc.array(step, { minLength: 2, maxLength: length }).map((steps) =>
    steps.map(({ f, from, to, call, lasts, lost }, i): History[number] => {
      const written = to % 4 === 0 ? from % (values + 1) : i + 1;
      const seen = from % (values + 1);
      const at = call % moments;
      const [input, output]: [CasRegisterInput<number>, RegisterOutput<number> | undefined] =
        f < 2
          ? [{ kind: 'read' }, { kind: 'value', value: seen }]
          : f < 4
            ? [{ kind: 'write', value: written }, undefined]
            : [
                { kind: 'cas', from: seen, to: written },
                { kind: 'swapped', swapped: true },
              ];
      if (lost === 0 && f >= 2) return { kind: 'unknown', input, call: at };
      return { kind: 'completed', input, output, call: at, return: at + (lasts % 6) };
    }),
  );
}

/** A history that a register could have made, then disturbed in at most one read. */
function plausible(maxLength: number): fc.Arbitrary<History> {
  return fc
    .tuple(fc.array(step, { minLength: 2, maxLength }), fc.nat(99), fc.boolean())
    .map(([steps, at, disturb]) => {
      let held = 0;
      const history = steps.map(({ f, call, lasts, lost }, i): History[number] => {
        const point = i * 4;
        const begin = point - (call % 12);
        const isRead = f < 3;
        const input: CasRegisterInput<number> = isRead
          ? { kind: 'read' }
          : f < 5
            ? { kind: 'write', value: i + 1 }
            : { kind: 'cas', from: held, to: i + 1 };
        const takesEffect = isRead || lost !== 1;
        if (!isRead && takesEffect) held = i + 1;
        if (!isRead && lost < 2) return { kind: 'unknown', input, call: begin };
        const output: RegisterOutput<number> | undefined = isRead
          ? { kind: 'value', value: held }
          : f < 5
            ? undefined
            : { kind: 'swapped', swapped: true };
        return { kind: 'completed', input, output, call: begin, return: point + (lasts % 12) };
      });
      if (!disturb) return history;
      const chosen = at % history.length;
      return history.map((op, i) =>
        i === chosen && op.kind === 'completed' && op.input.kind === 'read'
          ? { ...op, output: { kind: 'value', value: at % (history.length + 1) } }
          : op,
      );
    });
}

const model = casRegister(0);

/** Compares with the search that knows nothing of registers; counts what the fast methods decided. */
function compare(arbitrary: fc.Arbitrary<History>): Record<string, number> {
  const seen = { ok: 0, illegal: 0, unsuited: 0 };
  const property = fc.property(arbitrary, (history) => {
    const fast = decideRegister(
      problem(model, history, () => {}),
      () => {},
    );
    seen[fast.kind] += 1;
    const search = new Search(problem(bare(model), history, () => {}));
    const slow = search.run(Infinity, 2 ** 29);
    if (fast.kind !== 'unsuited') assert.equal(fast.kind, slow);
    if (fast.kind === 'illegal' && fast.before !== undefined) {
      assert.equal(fast.blocked, search.blocked(), 'the same first impossible operation');
    }
  });
  fc.assert(property, { numRuns: runs });
  return seen;
}

describe('the near-linear methods for registers agree with the search', () => {
  it('on small histories with few moments', () => {
    const seen = compare(histories({ length: 7, values: 5, moments: 10 }));
    assert.ok(Math.min(...Object.values(seen)) > runs / 500, JSON.stringify(seen));
  });

  it('on longer ones that were linearizable before one read was changed', () => {
    const seen = compare(plausible(14));
    const { ok = 0, illegal = 0 } = seen;
    assert.ok(Math.min(ok, illegal) > runs / 100, JSON.stringify(seen));
  });
});

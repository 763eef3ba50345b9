import assert from 'node:assert/strict';
import fc from 'fast-check';
import { casRegister, check, illegal, type Operation } from '../src/index.ts';
import { Beam } from '../src/search/beam.ts';
import { withIdle } from '../src/search/idle.ts';
import { problem } from '../src/search/problem.ts';
import { subjects } from './support/arbitraries.ts';
import { registerHistory, type Shape } from './support/generated.ts';

const mix = { read: 0.4, write: 0.4 } as const;

/** Each shape is decided within a few thousand steps for every thousand operations, or this test takes for ever. */
const shapes: readonly Omit<Shape, 'seed'>[] = [
  { ...mix, operations: 3000, clients: 5, values: 5 },
  { ...mix, operations: 3000, clients: 50, values: 5 },
  { ...mix, operations: 3000, clients: 5, values: 5, unknown: 0.04 },
  { ...mix, operations: 3000, clients: 10, values: 5, unknown: 0.1 },
  { ...mix, operations: 2000, clients: 50, values: 5, unknown: 0.04 },
  { ...mix, operations: 5000, clients: 50, values: 5, unknown: 0.04 },
  { ...mix, operations: 5000, clients: 100, values: 5, unknown: 0.2 },
  { ...mix, operations: 3000, clients: 10, values: 0, unknown: 0.04 },
  { ...mix, operations: 3000, clients: 5, values: 5, fresh: 0.1, staleAt: 0.8 },
  { ...mix, operations: 3000, clients: 10, values: 5, fresh: 0.2, staleAt: 0.8, unknown: 0.04 },
  { ...mix, operations: 3000, clients: 10, values: 0, staleAt: 0.5, unknown: 0.04 },
];

/** Throws unless the order holds every completed operation once, in real time, and a register that starts as 0 allows it. */
function assertWitness(
  history: readonly Operation<never, never>[],
  order: readonly Operation<never, never>[],
): void {
  const model = casRegister(0);
  const placed = new Set(order);
  assert.equal(placed.size, order.length);
  assert.ok(history.every((op) => op.kind === 'unknown' || placed.has(op)));
  let state = model.init();
  let lastCall = -Infinity;
  for (const op of order) {
    if (op.kind === 'completed') assert.ok(op.return >= lastCall, 'real time');
    lastCall = Math.max(lastCall, op.call);
    const after = model.step(state, op.input, op.kind === 'completed' ? op.output : undefined);
    assert.notEqual(after, illegal);
    if (after !== illegal) state = after;
  }
}

describe('long histories', () => {
  for (const shape of shapes) {
    it(JSON.stringify(shape), () => {
      const history = registerHistory({ ...shape, seed: 3 });
      const result = check(casRegister(0), history);
      assert.equal(result.verdict, shape.staleAt === undefined ? 'ok' : 'illegal');
    }).timeout(0);
  }
});

describe('the search for witnesses', () => {
  it('finds one only where there is one', () => {
    let found = 0;
    let missed = 0;
    const property = fc.property(subjects['cas-register'].histories, (history) => {
      const p = problem(casRegister(0), history, () => {});
      if (p.register === undefined) return;
      const beam = new Beam(p, p.register);
      const isFound = beam.run(1e6, 2 ** 28) === 'ok';
      const { verdict } = check(casRegister(0), history, { ignoreHints: true });
      if (isFound) {
        assert.equal(verdict, 'ok');
        const order = [...beam.order()].flatMap((i) => history[i] ?? []);
        assertWitness(
          history as Operation<never, never>[],
          withIdle(p, order, true) as Operation<never, never>[],
        );
        found += 1;
      } else if (verdict === 'ok') missed += 1;
    });
    fc.assert(property, { numRuns: 4000 * Number(process.env['DISSENT_FUZZ'] ?? 1) });
    assert.ok(found > 500, `${found} found`);
    assert.ok(missed * 20 < found, `${missed} missed, ${found} found`);
  });
});

import fc from 'fast-check';
import type { Operation, OperationType } from '#src/history/operation';

/** One operation with what matters to the test; index and time follow from its place in `history`. */
export type Sketch = Partial<Operation> & { readonly type: OperationType };

/** Operations in order, with positions as indices and times. Unless said otherwise: a read by process 0. */
export const history = (...sketches: readonly Sketch[]): Operation[] =>
  sketches.map((sketch, index) => ({ index, time: index, process: 0, f: 'read', ...sketch }));

/** JSON values as JSON gives them back: without -0. */
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

const text = fc.string({ unit: 'binary', maxLength: 8 });

/** Any operation that the types allow, sensible or not, as far as fields go. */
const sketch = fc.record(
  {
    type: fc.constantFrom<OperationType>('invoke', 'ok', 'fail', 'info'),
    process: fc.oneof(fc.nat(), fc.constant('nemesis' as const)),
    f: fc.oneof(fc.constantFrom('read', 'write', 'cas', 'txn'), text),
    key: fc.oneof(fc.integer(), text),
    value: json,
    error: text,
    node: fc.constantFrom('n1', 'n2'),
    step: fc.nat({ max: 1_000_000 }),
  },
  { requiredKeys: ['type', 'process', 'f', 'step'] },
);

/** Histories whose fields are right and whose order need not make sense. */
export const anyHistory: fc.Arbitrary<readonly Operation[]> = fc.array(sketch).map((sketches) => {
  let time = 0;
  return sketches.map(({ step, ...fields }, index): Operation => {
    time += step;
    return { index, time, ...fields };
  });
});

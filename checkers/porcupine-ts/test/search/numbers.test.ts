import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonical } from '../../src/canonical.ts';
import { Numbers } from '../../src/search/numbers.ts';

const look = (): void => {};

/** Few different parts, so that equal values and almost equal ones are common. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom(0, 1, '', 'a', '1', null, undefined, true, 1n),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.array(tie('value'), { maxLength: 2 }).map((elements) => new Set(elements)),
  ),
})).value;

describe('numbers of values', () => {
  it('are equal only for equal values', () => {
    const numbers = new Numbers(look, 8);
    const known = new Map<number, string>();
    fc.assert(
      fc.property(values, (value) => {
        const text = canonical(value);
        const number = numbers.of(value);
        assert.equal(known.get(number) ?? text, text);
        known.set(number, text);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(known.size > 1000, `${known.size}`);
  });

  it('are equal for copies', () => {
    fc.assert(
      fc.property(values, (value) => {
        const numbers = new Numbers(look, 8);
        numbers.of('something else');
        assert.equal(numbers.of(value), numbers.of(structuredClone(value)));
      }),
    );
  });

  it('differ where a field without a name differs', () => {
    const numbers = new Numbers(look, 8);
    const field = Symbol('field');
    assert.notEqual(numbers.of({ [field]: 1 }), numbers.of({ [field]: 2 }));
    assert.notEqual(numbers.of({ [field]: 1 }), numbers.of({}));
  });

  it('look at the clock within one large value', () => {
    let looks = 0;
    const numbers = new Numbers(() => {
      looks += 1;
    }, 8);
    numbers.of(Array.from({ length: 100_000 }, (_, i) => i));
    assert.ok(looks >= 10, `${looks} looks`);
  });
});

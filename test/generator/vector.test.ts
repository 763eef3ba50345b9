import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Vector } from '#src/generator/vector';

describe('vector', () => {
  it('behaves like a list, and never changes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat()), (length, changes) => {
        let list = Array.from({ length }, (_, i) => -i);
        let vector = Vector.from(length, (i) => -i);
        for (const change of changes) {
          const [before, copy] = [vector, [...list]];
          vector = vector.with(change % length, change);
          list = list.with(change % length, change);
          assert.deepEqual(
            copy.map((_, i) => before.at(i)),
            copy,
          );
        }
        assert.deepEqual(
          list.map((_, i) => vector.at(i)),
          list,
        );
        assert.equal(vector.at(length), undefined);
        assert.throws(() => vector.with(length + 40, 1), RangeError);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chanceMax, comparePairs, fewestPairs } from '#src/metrics/paired';

const wins = (first: number, second: number, ties = 0): [number, number][] => [
  ...Array.from({ length: first }, (): [number, number] => [1, 2]),
  ...Array.from({ length: second }, (): [number, number] => [2, 1]),
  ...Array.from({ length: ties }, (): [number, number] => [3, 3]),
];

describe('metrics: pairs', () => {
  it('is the sign test: counts who had less, and how likely chance alone does that', () => {
    assert.deepEqual(comparePairs(wins(6, 0)), { first: 6, second: 0, ties: 0, chance: 2 / 64 });
    assert.deepEqual(comparePairs(wins(0, 6, 4)), { first: 0, second: 6, ties: 4, chance: 2 / 64 });
    assert.equal(comparePairs(wins(7, 1)).chance, (2 * 9) / 256);
    assert.equal(comparePairs(wins(3, 3)).chance, 1);
    assert.equal(comparePairs([]).chance, 1);
  });

  it('cannot call anything more than noise with fewer pairs than it says', () => {
    assert.ok(comparePairs(wins(fewestPairs, 0)).chance <= chanceMax);
    assert.ok(comparePairs(wins(fewestPairs - 1, 0)).chance > chanceMax);
  });

  it('is as likely either way round, and more even counts are more likely', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (a, b) => {
        const one = comparePairs(wins(a, b)).chance;
        assert.equal(one, comparePairs(wins(b, a)).chance);
        assert.ok(one > 0 && one <= 1);
        if (a > b) assert.ok(comparePairs(wins(a + 1, b)).chance <= one);
      }),
    );
  });

  it('agrees with counting all the ways that coins can fall', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(10), (n, k) => {
        const first = Math.min(n, k);
        const far = Math.abs(first - n / 2);
        let as = 0;
        for (let bits = 0; bits < 2 ** n; bits += 1) {
          const ones = bits.toString(2).replaceAll('0', '').length;
          if (Math.abs(ones - n / 2) >= far) as += 1;
        }
        assert.ok(Math.abs(comparePairs(wins(first, n - first)).chance - as / 2 ** n) < 1e-12);
      }),
    );
  });
});

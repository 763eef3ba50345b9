import assert from 'node:assert/strict';
import { stream } from '#src/random/random';
import { chooseKey, keyDistribution } from '#workloads/key-choice';

const draws = 20_000;

/** How often each of five keys is taken, in thousandths. */
function shares(name: unknown, keys = 5): number[] {
  const choose = chooseKey(keyDistribution.parse(name));
  const random = stream(7, 'keys');
  const counts = Array.from({ length: keys }, () => 0);
  for (let i = 0; i < draws; i += 1) {
    const at = choose(random, keys);
    counts[at] = (counts[at] ?? Number.NaN) + 1;
  }
  return counts.map((count) => (1000 * count) / draws);
}

const near = (found: readonly number[], expected: readonly number[]): void => {
  for (const [i, share] of found.entries()) {
    assert.ok(Math.abs(share - (expected[i] ?? 0)) < 15, `${found.join()} not ${expected.join()}`);
  }
};

describe('the choice of keys', () => {
  it('uniform takes all alike', () => near(shares('uniform'), [200, 200, 200, 200, 200]));

  it('zipf takes the i-th key 1/i as often as the first', () =>
    near(shares('zipf'), [438, 219, 146, 109, 88]));

  it('hot takes the first key nine times out of ten', () =>
    near(shares('hot'), [900, 25, 25, 25, 25]));

  it('one key is taken always, whatever the distribution', () => {
    for (const name of keyDistribution.options) assert.deepEqual(shares(name, 1), [1000]);
  });

  it('there must be a key, and a distribution that is known', () => {
    assert.throws(() => chooseKey('zipf')(stream(1, 'x'), 0), /one of 0 keys/);
    assert.equal(keyDistribution.safeParse('normal').success, false);
  });
});

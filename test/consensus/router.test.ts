import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Router } from '#src/consensus/router';

/** A request so far from the newest one; a few of them far behind it, and a few far ahead. */
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -3, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: -9000, max: 3000 }) },
    { weight: 1, arbitrary: fc.constantFrom(-4097, -4096, -4095, 4095, 4096, 4097) },
  ),
  { maxLength: 200 },
);

describe('router', () => {
  it('knows every request of a peer again, and takes those far behind the newest for repeated', () => {
    fc.assert(
      fc.property(steps, (distances) => {
        const router = new Router(1000);
        const seen = new Set<number>();
        let highest = 0;
        for (const distance of distances) {
          const request = Math.max(1, highest + distance);
          const isKnown = seen.has(request) || request <= highest - 4096;
          assert.equal(router.isRepeated('n2', 1, request), isKnown, `request ${request}`);
          seen.add(request);
          highest = isKnown ? highest : Math.max(highest, request);
        }
      }),
    );
  });

  it('a peer that has started again counts anew, and what it sent before is repeated', () => {
    const router = new Router(1000);
    assert.ok(!router.isRepeated('n2', 1, 1));
    assert.ok(!router.isRepeated('n2', 2, 1));
    assert.ok(router.isRepeated('n2', 2, 1));
    assert.ok(router.isRepeated('n2', 1, 2));
    assert.ok(!router.isRepeated('n3', 1, 1), 'another peer');
  });
});

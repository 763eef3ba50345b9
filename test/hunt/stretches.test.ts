import assert from 'node:assert/strict';
import fc from 'fast-check';
import { leaveOutStretches } from '#src/hunt/stretches';

describe('leaving out stretches', () => {
  it('keeps what is needed, in order, and never proposes what cannot do', async () => {
    const needed = fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), needed, async (length, some) => {
        const list = Array.from({ length }, (_, i) => i);
        const needs = some.filter((i) => i < length);
        const works = (kept: readonly number[]) =>
          Promise.resolve(needs.every((i) => kept.includes(i)));
        const kept = await leaveOutStretches(list, works);
        assert.ok(await works(kept));
        assert.deepEqual(
          kept,
          list.filter((i) => kept.includes(i)),
        );
        // Of what surrounds a needed one less than two of the finest stretches can stay on either side.
        const most = needs.length * 4 * Math.max(1, Math.floor(length / 16));
        assert.ok(kept.length <= most, `${kept.length} of ${length} left for ${needs.length}`);
      }),
    );
  });

  it('tries few: one needed of a thousand takes less than fifty', async () => {
    let tries = 0;
    const list = Array.from({ length: 1000 }, (_, i) => i);
    await leaveOutStretches(list, (kept) => {
      tries += 1;
      return Promise.resolve(kept.includes(700));
    });
    assert.ok(tries < 50, `${tries} tries`);
  });
});

import assert from 'node:assert/strict';
import { StormWatch } from '#src/hunt/storm';

/** `count` events, evenly over this time. */
function watched(count: number, overMs: number): readonly string[] {
  const watch = new StormWatch(100);
  const said: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const one = watch.observe((i * overMs * 1e6) / count);
    if (one !== undefined) said.push(one);
  }
  return said;
}

describe('nodes that never stop talking', () => {
  it('are told once, with the time', () => {
    const [first, ...more] = watched(250_000, 100);
    assert.match(
      first ?? '',
      /^200000 protocol events within one election timeout, up to 79\.\d+ ms/,
    );
    assert.deepEqual(more, []);
  });

  it('may say as much in a longer time', () => {
    assert.deepEqual(watched(250_000, 200), []);
  });
});

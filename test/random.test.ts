import assert from 'node:assert/strict';
import { shuffle, stream } from '#src/random/random';

describe('random streams', () => {
  it('give the same draws for the same seed and name, and others for another name', () => {
    const draws = (name: string) => {
      const random = stream(7, name);
      return Array.from({ length: 20 }, () => random.below(1000));
    };
    assert.deepEqual(draws('workload'), draws('workload'));
    assert.notDeepEqual(draws('workload'), draws('schedule'));
  });

  it('shuffle keeps every element', () => {
    assert.deepEqual(shuffle(stream(1, 'x'), [1, 2, 3, 4, 5]).sort(), [1, 2, 3, 4, 5]);
  });
});

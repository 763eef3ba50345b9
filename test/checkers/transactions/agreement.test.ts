import fc from 'fast-check';
import { stream } from '#src/random/random';
import { compare, newTally } from './agreement.ts';

/** DISSENT_FUZZ multiplies the number of histories: 50 makes over a hundred thousand. */
const runs = 1000 * Number(process.env['DISSENT_FUZZ'] ?? 1);

/** The seed is what fast-check prints when a history is judged wrongly. */
function agree(kind: 'list' | 'register', isComplete: boolean, share: number): void {
  const tally = newTally();
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      compare(stream(seed, 'agreement'), kind, isComplete, tally);
    }),
    { numRuns: Math.ceil(runs * share), endOnFailure: true },
  );
  if (runs > 1000) console.log(`      ${JSON.stringify({ ...tally, names: [...tally.names] })}`);
}

describe('transactions: the checkers and all possible executions of small histories', () => {
  it('list-append rules out no model that has an execution', function () {
    this.timeout(0);
    agree('list', false, 1);
  });

  it('list-append rules out every model that has none, once all is read', function () {
    this.timeout(0);
    agree('list', true, 1);
  });

  it('rw-register rules out no model that has an execution', function () {
    this.timeout(0);
    agree('register', false, 0.5);
  });
});

/**
 * Verdict, time and memory of long histories of every shape, valid and broken.
 *
 *     node tools/large.ts [OPERATIONS] [SEED]      default: 100000 1
 */

import { check } from '../src/index.ts';
import { large } from '../test/oracle/large.ts';
import { random } from '../test/oracle/random.ts';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
if (!(Number.isSafeInteger(count) && count >= 1000 && Number.isSafeInteger(seed))) {
  throw new RangeError(`${count} operations, seed ${seed}: allowed: at least 1000, an integer`);
}

for (const [name, make] of large) {
  const { model, valid, broken } = make(random(seed), count);
  for (const [title, history] of Object.entries({ valid, broken })) {
    const { verdict, steps, elapsedMs, partitions } = check(model, history, {
      timeLimitMs: 60_000,
    });
    const illegal = partitions.find((part) => part.verdict === 'illegal');
    const conflict = illegal?.verdict === 'illegal' ? illegal.conflict?.length : undefined;
    const about = conflict === undefined ? '' : `, a conflict of ${conflict} operations`;
    process.stdout.write(
      `${name}, ${title}, ${history.length} operations: ${verdict}, ${elapsedMs.toFixed(0)} ms, ${steps} steps${about}\n`,
    );
  }
}

/** Weighted choice, for drawing what is worth firing more often. */

import type { Random } from '#src/random/random';

/** One of the choices, each as likely as its integer weight. Throws RangeError when there is nothing to choose. */
export function weighted<T>(random: Random, choices: readonly (readonly [T, number])[]): T {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random.below(total);
  for (const [choice, weight] of choices) {
    if (left < weight) return choice;
    left -= weight;
  }
  throw new RangeError(`nothing to choose from ${choices.length} choices of weight ${total}`);
}

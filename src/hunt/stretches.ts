/**
 * Whole stretches of a list left out, the longest first: a half, then quarters, and so on (Zeller and Hildebrandt, Simplifying and
 * Isolating Failure-Inducing Input, TSE 2002). Gets most of what does not matter out of the way in few tries; one by one is for others.
 */

/** Stretches shorter than one in so many are not worth a try of their own. */
const finest = 16;

/** What is left of the list. `works` says whether it can do with these; of the whole list that is known. */
export async function leaveOutStretches<T>(
  list: readonly T[],
  works: (kept: T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (list.length === 0 || (await works([]))) return [];
  let kept = [...list];
  const least = Math.max(1, Math.floor(list.length / finest));
  for (let size = Math.ceil(list.length / 2); size >= least; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length && kept.length > 1; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (without.length > 0 && (await works(without))) kept = without;
      else at += size;
    }
  }
  return kept;
}

/** The longest gap between neighbours of a sorted list within any stretch of it, asked many times over. */

/** Gaps are grouped in blocks of this many, so that a question looks at few numbers whatever its length. */
const blockSize = 512;

export interface Gaps {
  /**
   * The longest time within [from, to] that holds none of the values strictly inside: between neighbours of `from`, the
   * values in between, and `to`. 0 when `to` is not after `from`.
   */
  longest(from: number, to: number): number;
}

/** `values` must be ascending. */
export function gapsOf(values: Float64Array): Gaps {
  const blocks = new Float64Array(Math.ceil(values.length / blockSize));
  // Gap i lies between value i and value i + 1.
  const gap = (i: number): number => (values[i + 1] as number) - (values[i] as number);
  for (let i = 0; i + 1 < values.length; i += 1) {
    const block = Math.floor(i / blockSize);
    blocks[block] = Math.max(blocks[block] as number, gap(i));
  }
  const maxGap = (first: number, end: number): number => {
    let longest = 0;
    for (let i = first; i < end; ) {
      const wholeBlock = i % blockSize === 0 && i + blockSize <= end;
      longest = Math.max(longest, wholeBlock ? (blocks[i / blockSize] as number) : gap(i));
      i += wholeBlock ? blockSize : 1;
    }
    return longest;
  };
  return {
    longest(from, to) {
      if (to <= from) return 0;
      const first = firstAtLeast(values, from);
      const end = firstAtLeast(values, to);
      if (first === end) return to - from;
      const edges = Math.max((values[first] as number) - from, to - (values[end - 1] as number));
      return Math.max(edges, maxGap(first, end - 1));
    },
  };
}

/** Index of the first value of an ascending list that is not below `bound`; the length when there is none. */
export function firstAtLeast(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

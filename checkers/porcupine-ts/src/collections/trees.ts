/** Two trees over an array of numbers: the smallest of a range, with changes of one number or of a range. */

/** Numbers that change one at a time. */
export class SmallestTree {
  readonly #leaves: number;
  readonly #least: Float64Array;

  constructor(values: ArrayLike<number>) {
    let leaves = 1;
    while (leaves < values.length) leaves *= 2;
    this.#leaves = leaves;
    this.#least = new Float64Array(2 * leaves).fill(Infinity);
    for (let i = 0; i < values.length; i += 1) this.#least[leaves + i] = values[i] as number;
    for (let i = leaves - 1; i > 0; i -= 1) this.#pull(i);
  }

  get(index: number): number {
    return this.#least[this.#leaves + index] as number;
  }

  set(index: number, value: number): void {
    let i = this.#leaves + index;
    this.#least[i] = value;
    for (i >>= 1; i > 0; i >>= 1) this.#pull(i);
  }

  /** The smallest of the numbers from..to - 1; Infinity for none. */
  least(from: number, to: number): number {
    let best = Infinity;
    let [low, high] = [from + this.#leaves, to + this.#leaves];
    while (low < high) {
      if (low % 2 === 1) {
        best = Math.min(best, this.#least[low] as number);
        low += 1;
      }
      if (high % 2 === 1) {
        high -= 1;
        best = Math.min(best, this.#least[high] as number);
      }
      low >>= 1;
      high >>= 1;
    }
    return best;
  }

  /** The first index from..to - 1 whose number is at most `limit`; -1 for none. */
  firstAtMost(limit: number, from: number, to: number): number {
    const search = (node: number, start: number, size: number): number => {
      const isOutside = start >= to || start + size <= from;
      if (isOutside || (this.#least[node] as number) > limit) return -1;
      if (size === 1) return start;
      const left = search(2 * node, start, size / 2);
      return left >= 0 ? left : search(2 * node + 1, start + size / 2, size / 2);
    };
    return search(1, 0, this.#leaves);
  }

  #pull(i: number): void {
    this.#least[i] = Math.min(this.#least[2 * i] as number, this.#least[2 * i + 1] as number);
  }
}

/** Larger than any count can go down. */
const disabled = 2 ** 30;

/** Counts that go down by one over ranges; finds those that reached 0. */
export class CountdownTree {
  readonly #leaves: number;
  readonly #least: Int32Array;
  /** Taken off everything below. */
  readonly #off: Int32Array;

  constructor(counts: ArrayLike<number>) {
    let leaves = 1;
    while (leaves < counts.length) leaves *= 2;
    this.#leaves = leaves;
    this.#least = new Int32Array(2 * leaves).fill(disabled);
    this.#off = new Int32Array(2 * leaves);
    for (let i = 0; i < counts.length; i += 1) this.#least[leaves + i] = counts[i] as number;
    for (let i = leaves - 1; i > 0; i -= 1) this.#pull(i);
  }

  /** One less for from..to - 1. */
  decrement(from: number, to: number): void {
    const visit = (node: number, start: number, size: number): void => {
      if (start >= to || start + size <= from) return;
      if (from <= start && start + size <= to) {
        this.#least[node] = (this.#least[node] as number) - 1;
        this.#off[node] = (this.#off[node] as number) + 1;
        return;
      }
      visit(2 * node, start, size / 2);
      visit(2 * node + 1, start + size / 2, size / 2);
      this.#pull(node);
    };
    if (from < to) visit(1, 0, this.#leaves);
  }

  /** Never found from now on. */
  disable(index: number): void {
    let node = this.#leaves + index;
    this.#least[node] = disabled;
    for (node >>= 1; node > 0; node >>= 1) this.#pull(node);
  }

  /** The first index from..to - 1 with count 0; -1 for none. */
  firstZero(from: number, to: number): number {
    const search = (node: number, start: number, size: number, off: number): number => {
      const isOutside = start >= to || start + size <= from;
      if (isOutside || (this.#least[node] as number) - off > 0) return -1;
      if (size === 1) return start;
      const below = off + (this.#off[node] as number);
      const left = search(2 * node, start, size / 2, below);
      return left >= 0 ? left : search(2 * node + 1, start + size / 2, size / 2, below);
    };
    return search(1, 0, this.#leaves, 0);
  }

  #pull(node: number): void {
    const [left, right] = [this.#least[2 * node] as number, this.#least[2 * node + 1] as number];
    this.#least[node] = Math.min(left, right) - (this.#off[node] as number);
  }
}

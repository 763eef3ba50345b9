/** Sorting the handful of numbers that a leader knows of its members: on the path of every message, so without a comparator. */

/** Sorts in place, the largest first. */
export function sortDescending(numbers: number[]): void {
  for (let i = 1; i < numbers.length; i += 1) {
    const value = numbers[i] as number;
    let at = i;
    while (at > 0 && (numbers[at - 1] as number) < value) {
      numbers[at] = numbers[at - 1] as number;
      at -= 1;
    }
    numbers[at] = value;
  }
}

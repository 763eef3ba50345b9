/**
 * Columns of numbers as short texts. Histories repeat themselves: times grow by little, the next operation in an order is
 * near the one before it, the same state comes again and again. So differences are kept, each in base 32, the smallest
 * first, in the alphabet of base 64, of which the upper half says that more digits follow: mostly one or two characters.
 */

/** `text` holds the differences of the numbers times `scale`. Numbers that would not come back exactly stay an array. */
export type Column = readonly (number | null)[] | { readonly scale: number; readonly text: string };

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const base = 32;
const nothing = '.';
/** Differences of two of these, doubled, are still exact. */
const largest = 2 ** 51;
/** For whole numbers, tenths, thousandths (µs in ms), millionths (ns in ms). */
const scales = [1, 10, 1000, 1e6];
/** Of an array this short nothing is gained. */
const shortest = 8;

function digits(difference: number): string {
  // The sign in the lowest bit.
  let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
  let text = '';
  do {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    text += alphabet.charAt(rest > 0 ? digit + base : digit);
  } while (rest > 0);
  return text;
}

const survives =
  (scale: number) =>
  (value: number | null): boolean => {
    if (value === null) return true;
    if (Object.is(value, -0)) return false;
    const scaled = Math.round(value * scale);
    return Math.abs(scaled) < largest && Object.is(scaled / scale, value);
  };

/** Comes back exactly as it was. */
export function encode(values: readonly (number | null)[]): Column {
  const scale = scales.find((one) => values.every(survives(one)));
  if (values.length < shortest || scale === undefined) return values;
  let before = 0;
  let text = '';
  for (const value of values) {
    if (value === null) {
      text += nothing;
      continue;
    }
    const scaled = Math.round(value * scale);
    text += digits(scaled - before);
    before = scaled;
  }
  return { scale, text };
}

const digitOf: ReadonlyMap<string, number> = new Map(
  Array.from(alphabet, (character, digit) => [character, digit] as const),
);

/** The inverse of `encode`. */
export function decode(column: Column): readonly (number | null)[] {
  if (!('text' in column)) return column;
  const values: (number | null)[] = [];
  let before = 0;
  let number = 0;
  let unit = 1;
  for (const character of column.text) {
    if (character === nothing) {
      values.push(null);
      continue;
    }
    const digit = digitOf.get(character) ?? 0;
    number += (digit % base) * unit;
    unit *= base;
    if (digit >= base) continue;
    before += number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    values.push(before / column.scale);
    number = 0;
    unit = 1;
  }
  return values;
}

/** The same, where there is a number everywhere. */
export const decodeNumbers = (column: Column): readonly number[] =>
  decode(column).map((value) => value ?? 0);

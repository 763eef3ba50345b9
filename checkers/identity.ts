/** When two values, or two keys, of a history are the same. Values are what JSON can say; the order of an object's fields says nothing. */

/** Equal texts exactly for equal values: objects by their fields, whatever their order, lists by their items; 0 and -0 are one number. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([name, one]) => `${JSON.stringify(name)}:${textOf(one)}`,
    );
    return `{${fields.sort().join()}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Something to find a value by in a map: equal values have the same. Numbers and strings are themselves, which costs nothing. */
export const identity = (value: unknown): string | number =>
  typeof value === 'number' || typeof value === 'string' ? value : `\0${textOf(value)}`;

/**
 * A name for the key of an operation, for people as well: `x`, `0`. A string that reads like the name of another key gets quotation
 * marks, since the key 0 and the key "0" are two keys.
 */
export const keyName = (key: unknown): string =>
  typeof key === 'string' && String(Number(key)) !== key && !key.startsWith('"')
    ? key
    : textOf(key);

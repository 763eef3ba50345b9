/** When two values of unknown type are the same: the rule behind the default `equal`. */

const identities = new WeakMap<WeakKey, number>();
let identitiesGiven = 0;

/** A different text for every object that is not plain data. */
function identity(value: WeakKey): string {
  let id = identities.get(value);
  if (id === undefined) {
    identitiesGiven += 1;
    id = identitiesGiven;
    identities.set(value, id);
  }
  return `#${id}`;
}

const sorted = (texts: readonly string[]): string => [...texts].sort().join(',');

function ofObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Map) {
    return `m{${sorted([...value].map(([k, v]) => `${canonical(k)}:${canonical(v)}`))}}`;
  }
  if (value instanceof Set) return `s{${sorted([...value].map(canonical))}}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  if (!plain || Object.getOwnPropertySymbols(value).length > 0) return identity(value);
  const fields = Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`);
  return `{${sorted(fields)}}`;
}

/**
 * Equal texts iff equal values: primitives as `===` sees them (and NaN equals NaN), plain objects, arrays, maps and sets by
 * contents, everything else by identity. Values must not contain themselves.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return `${value}`;
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return `${value}`;
    case 'symbol':
      return symbol(value);
    case 'function':
      return identity(value);
    case 'object':
      return value === null ? 'null' : ofObject(value);
  }
}

const symbols = new Map<symbol, number>();

function symbol(value: symbol): string {
  const known = symbols.get(value) ?? symbols.size;
  symbols.set(value, known);
  return `@${known}`;
}

/** Elements that are added, removed, looked for, and read all together. */

import { canonical } from '../canonical.ts';
import { illegal, type Model, type PartitionKey } from '../model.ts';
import type { SetView } from '../shape.ts';
import { textHash } from './hash.ts';
import { show } from './values.ts';

export type SetInput<Value> =
  | { readonly kind: 'add' | 'remove' | 'contains'; readonly value: Value }
  /** All elements at one moment. */
  | { readonly kind: 'read' };

export type SetOutput<Value> =
  /** Whether an add or a remove made a difference. */
  | { readonly kind: 'changed'; readonly changed: boolean }
  | { readonly kind: 'contains'; readonly contains: boolean }
  | { readonly kind: 'elements'; readonly elements: readonly Value[] };

/** Where the elements of a version are: in the table, or as a difference to another version. */
type Content<Value> =
  | { readonly kind: 'table'; readonly table: Map<unknown, Value> }
  | {
      readonly kind: 'difference';
      readonly name: unknown;
      readonly value: Value;
      readonly isThere: boolean;
      readonly to: SetState<Value>;
    };

/** The same for equal elements: numbers and the like are their own names, all else has a text, which spares them one. */
function nameOf(value: unknown): unknown {
  const isItsName =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isItsName ? value : canonical(value);
}

/**
 * An immutable set of values, compared by contents. Versions share one table, which belongs to the version asked last; the
 * others know how they differ (Baker 1991, shallow binding). So steps from version to version take constant time.
 */
export class SetState<Value> {
  #content: Content<Value>;
  readonly size: number;
  /** The same for every order in which the elements came. */
  readonly hash: number;

  private constructor(table: Map<unknown, Value>, hash: number) {
    this.#content = { kind: 'table', table };
    this.size = table.size;
    this.hash = hash;
  }

  static of<Value>(values: readonly Value[]): SetState<Value> {
    const elements = new Map(values.map((value) => [nameOf(value), value]));
    let hash = 0;
    for (const value of elements.values()) hash = (hash + textHash(canonical(value))) | 0;
    return new SetState(elements, hash);
  }

  has(value: Value): boolean {
    return this.#table().has(nameOf(value));
  }

  /** With the value, or without it. The same object if that is nothing new. */
  set(value: Value, isThere: boolean): SetState<Value> {
    const name = nameOf(value);
    const table = this.#table();
    if (table.has(name) === isThere) return this;
    if (isThere) table.set(name, value);
    else table.delete(name);
    const hash = textHash(canonical(value));
    const after = new SetState(table, (this.hash + (isThere ? hash : -hash)) | 0);
    this.#content = { kind: 'difference', name, value, isThere: !isThere, to: after };
    return after;
  }

  equals(other: SetState<Value>): boolean {
    if (this === other) return true;
    if (this.hash !== other.hash || this.size !== other.size) return false;
    const names = [...this.#table().keys()];
    const table = other.#table();
    return names.every((name) => table.has(name));
  }

  /** Whether these are its elements, in any order, however often. */
  isExactly(values: readonly Value[]): boolean {
    const table = this.#table();
    const names = new Set<unknown>();
    for (const value of values) {
      const name = nameOf(value);
      if (!table.has(name)) return false;
      names.add(name);
    }
    return names.size === this.size;
  }

  values(): Value[] {
    return [...this.#table().values()];
  }

  #table(): Map<unknown, Value> {
    return SetState.#bring(this);
  }

  /** Brings the table to a version. */
  static #bring<Value>(here: SetState<Value>): Map<unknown, Value> {
    const path: SetState<Value>[] = [];
    let version = here;
    while (version.#content.kind === 'difference') {
      path.push(version);
      version = version.#content.to;
    }
    const { table } = version.#content;
    for (const earlier of path.reverse()) {
      if (earlier.#content.kind === 'table') continue;
      const { name, value, isThere } = earlier.#content;
      if (isThere) table.set(name, value);
      else table.delete(name);
      version.#content = { kind: 'difference', name, value, isThere: !isThere, to: earlier };
      earlier.#content = { kind: 'table', table };
      version = earlier;
    }
    return table;
  }
}

function step<Value>(
  state: SetState<Value>,
  input: SetInput<Value>,
  output: SetOutput<Value> | undefined,
) {
  switch (input.kind) {
    case 'add':
    case 'remove': {
      const after = state.set(input.value, input.kind === 'add');
      return output?.kind === 'changed' && output.changed !== (after !== state) ? illegal : after;
    }
    case 'contains':
      return output?.kind === 'contains' && output.contains !== state.has(input.value)
        ? illegal
        : state;
    case 'read':
      return output?.kind === 'elements' && !state.isExactly(output.elements) ? illegal : state;
  }
}

function describe<Value>(input: SetInput<Value>, output: SetOutput<Value> | undefined): string {
  switch (input.kind) {
    case 'add':
    case 'remove': {
      const told = output?.kind === 'changed' ? ` -> ${output.changed}` : '';
      return `${input.kind}(${show(input.value)})${told}`;
    }
    case 'contains':
      return `contains(${show(input.value)}) -> ${output?.kind === 'contains' ? output.contains : '?'}`;
    case 'read':
      return `read() -> ${output?.kind === 'elements' ? show(output.elements) : '?'}`;
  }
}

function view<Value>(input: SetInput<Value>, output: SetOutput<Value> | undefined): SetView {
  switch (input.kind) {
    case 'add':
    case 'remove': {
      const changed = output?.kind === 'changed' ? output.changed : undefined;
      return { kind: input.kind, element: input.value, changed };
    }
    case 'contains':
      return output?.kind === 'contains'
        ? { kind: 'contains', element: input.value, contains: output.contains }
        : { kind: 'nothing' };
    case 'read':
      return output?.kind === 'elements'
        ? { kind: 'read', elements: output.elements }
        : { kind: 'nothing' };
  }
}

/** Different for different elements. */
const keyOf = (value: unknown): PartitionKey =>
  typeof value === 'string' || typeof value === 'number' ? value : `\0${canonical(value)}`;

/**
 * A set that holds `init` at first. Elements are plain data. Without reads of all elements every element is decided on its
 * own.
 */
export const set = <Value>(
  init: readonly Value[] = [],
): Model<SetState<Value>, SetInput<Value>, SetOutput<Value>> => ({
  name: 'set',
  init: () => SetState.of(init),
  step,
  partition: (input) => (input.kind === 'read' ? undefined : keyOf(input.value)),
  equal: (a, b) => a.equals(b),
  hash: (state) => state.hash,
  describe,
  describeState: (state) => show(state.values()),
  readonly: (input, output) =>
    input.kind === 'contains' ||
    input.kind === 'read' ||
    (output?.kind === 'changed' && !output.changed),
  shape: { kind: 'set', initial: init, view },
});

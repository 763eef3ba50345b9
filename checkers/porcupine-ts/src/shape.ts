/**
 * Objects for which there are methods that need no search: what an operation does, said in the terms of the method.
 *
 * A shape is a promise about the whole model: `step` is legal exactly when the object of that shape could have answered so,
 * and leaves what it would leave. A wrong shape makes wrong verdicts; no shape is always right.
 */

/** Legal in every state, changes nothing: an observation that tells nothing. */
interface Nothing {
  readonly kind: 'nothing';
}

/** A lock or a flag: it can only be changed to what it is not. */
export type ToggleView =
  | Nothing
  /** Legal if it is not `to` yet. */
  | { readonly kind: 'flip'; readonly to: boolean }
  | { readonly kind: 'see'; readonly value: boolean };

export type SetView =
  | Nothing
  /** `changed`: whether it made a difference; undefined when it did not say. */
  | {
      readonly kind: 'add' | 'remove';
      readonly element: unknown;
      readonly changed: boolean | undefined;
    }
  | { readonly kind: 'contains'; readonly element: unknown; readonly contains: boolean }
  | { readonly kind: 'read'; readonly elements: readonly unknown[] };

export type CounterView =
  | Nothing
  | { readonly kind: 'add'; readonly delta: number }
  | { readonly kind: 'read'; readonly value: number };

/** Queues and stacks. */
export type BufferView =
  | Nothing
  | { readonly kind: 'put'; readonly value: unknown }
  | { readonly kind: 'take'; readonly value: unknown }
  | { readonly kind: 'found-empty' }
  /** Takes the next value, whatever it is; nothing if there is none. */
  | { readonly kind: 'take-unknown' };

/** A text. The initial one counts as put before everything else. */
export type TextView =
  | Nothing
  /** A read. */
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'put'; readonly value: string }
  | { readonly kind: 'append'; readonly value: string }
  /** A successful one: legal exactly when the text is `from`, and leaves `to`. */
  | { readonly kind: 'cas'; readonly from: string; readonly to: string };

/** `view` is undefined for what cannot be said in these terms: then the partition is searched. */
export interface ToggleShape<Input, Output> {
  readonly kind: 'toggle';
  readonly initial: boolean;
  view(input: Input, output: Output | undefined): ToggleView | undefined;
}

export interface SetShape<Input, Output> {
  readonly kind: 'set';
  readonly initial: readonly unknown[];
  view(input: Input, output: Output | undefined): SetView | undefined;
}

export interface CounterShape<Input, Output> {
  readonly kind: 'counter';
  readonly initial: number;
  view(input: Input, output: Output | undefined): CounterView | undefined;
}

export interface BufferShape<Input, Output> {
  readonly kind: 'queue' | 'stack';
  /** In the order in which they were put. */
  readonly initial: readonly unknown[];
  view(input: Input, output: Output | undefined): BufferView | undefined;
}

export interface TextShape<Input, Output> {
  readonly kind: 'text';
  readonly initial: string;
  /** With `isUnknown`, of an operation with an unknown outcome: what it does if it takes effect and changes something. */
  view(input: Input, output: Output | undefined, isUnknown: boolean): TextView | undefined;
}

export type Shape<Input, Output> =
  | TextShape<Input, Output>
  | ToggleShape<Input, Output>
  | SetShape<Input, Output>
  | CounterShape<Input, Output>
  | BufferShape<Input, Output>;

/** The same shape for inputs that are wrapped in something. */
export function wrapped<Outer, Input, Output>(
  shape: Shape<Input, Output>,
  unwrap: (outer: Outer) => Input,
): Shape<Outer, Output> {
  type Answer = Output | undefined;
  switch (shape.kind) {
    case 'toggle':
      return {
        ...shape,
        view: (outer: Outer, output: Answer) => shape.view(unwrap(outer), output),
      };
    case 'set':
      return {
        ...shape,
        view: (outer: Outer, output: Answer) => shape.view(unwrap(outer), output),
      };
    case 'counter':
      return {
        ...shape,
        view: (outer: Outer, output: Answer) => shape.view(unwrap(outer), output),
      };
    case 'queue':
    case 'stack':
      return {
        ...shape,
        view: (outer: Outer, output: Answer) => shape.view(unwrap(outer), output),
      };
    case 'text':
      return {
        ...shape,
        view: (outer: Outer, output: Answer, isUnknown: boolean) =>
          shape.view(unwrap(outer), output, isUnknown),
      };
  }
}

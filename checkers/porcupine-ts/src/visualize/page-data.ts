/** What a page holds: plain data in parallel arrays, the only contract between what writes pages and what shows them. */

/** An index in `texts`. */
export type Text = number;

/** An operation that could come next by its times. */
export interface NextData {
  readonly operation: number;
  /** What the model says to it. */
  readonly isLegal: boolean;
}

/** One order, and what the object held along it. */
export interface OrderData {
  /** Operations of the part, by index. */
  readonly operations: readonly number[];
  /** After each of them. Shorter where the model refuses one, or where states would have made the page too large. */
  readonly states: readonly Text[];
  /** What could come after it; none when it is whole. Of many, some. */
  readonly next: readonly NextData[];
}

/** What the model says to the impossible operation in one state. */
export interface RefusalData {
  readonly state: Text;
  readonly isLegal: boolean;
}

export interface PartData {
  /** null where the model has no partitions. */
  readonly key: string | null;
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  readonly sentence: string;
  /** Operations that are not in the page, because it would have become too large. */
  readonly leftOut: number;
  /** Per operation, in the order of their calls. */
  readonly position: readonly number[];
  readonly client: readonly number[];
  readonly label: readonly Text[];
  readonly call: readonly number[];
  /** null for an unknown outcome. */
  readonly return: readonly (number | null)[];
  /** The same two on a clock for people, where there is one. */
  readonly calledAt?: readonly number[];
  readonly returnedAt?: readonly (number | null)[];
  readonly firstState: Text;
  readonly orders: readonly OrderData[];
  readonly blocked: number | null;
  /** A few that leave no order among themselves, where such are known. */
  readonly conflict: readonly number[];
  readonly refusals: readonly RefusalData[];
}

export interface AnnotationData {
  readonly row: string;
  readonly text: string;
  readonly start: number;
  /** null: to the end. The same as `start`: one moment. */
  readonly end: number | null;
  /** Whether it is also shown behind the operations: what holds all the time would only make them grey. */
  readonly isShaded: boolean;
  readonly startedAt?: number;
  readonly endedAt?: number | null;
}

export interface PageData {
  readonly title: string;
  readonly model: string;
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  readonly operations: number;
  readonly elapsedMs: number;
  /** Of the clock for people; empty when times are only an order. */
  readonly unit: string;
  readonly texts: readonly string[];
  readonly clients: readonly string[];
  /** Violations first, then undecided ones. */
  readonly parts: readonly PartData[];
  readonly annotations: readonly AnnotationData[];
}

/** From a result to the data of a page. */

import { type Illegal, illegal, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { CheckResult, PartitionResult, UnknownReason, Verdict } from '../result.ts';
import { annotationData } from './annotations.ts';
import type { NextData, OrderData, PageData, PartData, RefusalData } from './page-data.ts';
import { plain, show, Texts } from './texts.ts';
import type { VisualizeOptions } from './visualize.ts';

/** Operations in one page. More are cut off around what matters, and counted. */
const operationsMax = 200_000;
/** Characters of all texts; past them, states along the orders are left out. */
const charactersMax = 24_000_000;
/** Orders and states of one partition that are shown. */
const ordersMax = 20;
const refusalsMax = 20;
/** Operations that could come next, of one order. */
const nextMax = 20;

const rank: Readonly<Record<Verdict, number>> = { illegal: 0, unknown: 1, ok: 2 };

const whyUnknown: Readonly<Record<UnknownReason, string>> = {
  'time-limit': 'The time limit was reached',
  aborted: 'The check was called off',
  'another-partition-is-illegal': 'Not decided, because another part is illegal already',
};

const count = (number: number, one: string): string =>
  `${number} ${number === 1 ? one : `${one}s`}`;

class Collector<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #options: VisualizeOptions;
  readonly #positions: ReadonlyMap<Operation<Input, Output>, number>;
  readonly #texts = new Texts();
  readonly #clients = new Map<string, number>();
  #room = operationsMax;

  constructor(
    model: Model<State, Input, Output>,
    history: readonly Operation<Input, Output>[],
    options: VisualizeOptions,
  ) {
    this.#model = model;
    this.#options = options;
    this.#positions = new Map(history.map((op, position) => [op, position]));
  }

  page(result: CheckResult<State, Input, Output>): PageData {
    const { title, annotations = [], clock } = this.#options;
    const parts = result.partitions
      .toSorted((a, b) => rank[a.verdict] - rank[b.verdict])
      .map((part) => this.#part(part));
    return {
      title: plain(title ?? this.#model.name ?? 'History'),
      model: plain(this.#model.name ?? 'model'),
      verdict: result.verdict,
      operations: this.#positions.size,
      elapsedMs: result.elapsedMs,
      unit: plain(clock?.unit ?? ''),
      texts: this.#texts.all,
      clients: [...this.#clients.keys()],
      parts,
      annotations: annotationData(annotations, clock),
    };
  }

  #part(part: PartitionResult<State, Input, Output>): PartData {
    const blocked = part.verdict === 'illegal' ? part.blocked : undefined;
    const shown = this.#shown(part.operations, blocked);
    const indices = new Map(shown.map((op, index) => [op, index]));
    const orders = part.verdict === 'ok' ? [part.linearization] : part.partialLinearizations;
    const labels = shown.map((op) => this.#texts.indexOf(this.#describe(op)));
    return {
      key: part.key === undefined ? null : plain(String(part.key)),
      verdict: part.verdict,
      sentence: this.#sentence(part),
      leftOut: part.operations.length - shown.length,
      position: shown.map((op) => this.#position(op)),
      client: shown.map((op) => this.#client(op.client)),
      label: labels,
      call: shown.map((op) => op.call),
      return: shown.map((op) => (op.kind === 'completed' ? op.return : null)),
      ...this.#times(shown),
      firstState: this.#state(this.#model.init()),
      orders: orders.slice(0, ordersMax).map((order) => this.#order(order, part, indices)),
      blocked: blocked === undefined ? null : (indices.get(blocked) ?? null),
      conflict: part.verdict === 'illegal' ? this.#known(part.conflict ?? [], indices) : [],
      refusals: part.verdict === 'illegal' ? this.#refusals(part.statesBefore, part.blocked) : [],
    };
  }

  /** By call. When there is no room for all, those around the impossible one, or the first. */
  #shown(
    operations: readonly Operation<Input, Output>[],
    blocked: Operation<Input, Output> | undefined,
  ): readonly Operation<Input, Output>[] {
    const sorted = operations.toSorted((a, b) => a.call - b.call);
    const room = Math.min(this.#room, sorted.length);
    this.#room -= room;
    const at = blocked === undefined ? 0 : sorted.indexOf(blocked);
    const from = Math.max(0, Math.min(at - Math.floor(room / 2), sorted.length - room));
    return sorted.slice(from, from + room);
  }

  #known(
    operations: readonly Operation<Input, Output>[],
    indices: ReadonlyMap<Operation<Input, Output>, number>,
  ): readonly number[] {
    const found = operations.map((op) => indices.get(op));
    return found.every((index) => index !== undefined) ? found : [];
  }

  #order(
    order: readonly Operation<Input, Output>[],
    part: PartitionResult<State, Input, Output>,
    indices: ReadonlyMap<Operation<Input, Output>, number>,
  ): OrderData {
    const operations: number[] = [];
    const states: number[] = [];
    let state: State | Illegal = this.#model.init();
    for (const op of order) {
      if (state !== illegal) state = this.#model.step(state, op.input, outputOf(op));
      const index = indices.get(op);
      if (index === undefined) continue;
      const isTold = state !== illegal && states.length === operations.length;
      if (isTold && this.#texts.characters < charactersMax) {
        states.push(this.#state(state as State));
      }
      operations.push(index);
    }
    if (part.verdict === 'ok' || state === illegal) return { operations, states, next: [] };
    return { operations, states, next: this.#next(new Set(order), state, part, indices) };
  }

  /** What could come next by its times, and what the model says to it: the impossible one first, then by call. */
  #next(
    placed: ReadonlySet<Operation<Input, Output>>,
    state: State,
    part: PartitionResult<State, Input, Output>,
    indices: ReadonlyMap<Operation<Input, Output>, number>,
  ): readonly NextData[] {
    const left = part.operations.filter((op) => !placed.has(op));
    const deadline = left.reduce((least, op) => Math.min(least, returnOf(op)), Infinity);
    const blocked = part.verdict === 'illegal' ? part.blocked : undefined;
    return left
      .filter((op) => op.call <= deadline)
      .sort((a, b) => Number(b === blocked) - Number(a === blocked) || a.call - b.call)
      .slice(0, nextMax)
      .flatMap((op) => {
        const operation = indices.get(op);
        if (operation === undefined) return [];
        const isLegal = this.#model.step(state, op.input, outputOf(op)) !== illegal;
        return [{ operation, isLegal }];
      });
  }

  #refusals(states: readonly State[], blocked: Operation<Input, Output>): RefusalData[] {
    return states.slice(0, refusalsMax).map((state) => ({
      state: this.#state(state),
      isLegal: this.#model.step(state, blocked.input, outputOf(blocked)) !== illegal,
    }));
  }

  #times(shown: readonly Operation<Input, Output>[]) {
    const { clock } = this.#options;
    if (clock === undefined) return {};
    return {
      calledAt: shown.map((op) => clock.of(op.call)),
      returnedAt: shown.map((op) => (op.kind === 'completed' ? clock.of(op.return) : null)),
    };
  }

  #sentence(part: PartitionResult<State, Input, Output>): string {
    const all = count(part.operations.length, 'operation');
    switch (part.verdict) {
      case 'ok':
        return `${all} in an order that the model accepts.`;
      case 'illegal':
        return plain(
          `No order can hold ${this.#describe(part.blocked)} together with all that returned before it.${this.#held(part.statesBefore)}`,
        );
      case 'unknown':
        return `${whyUnknown[part.reason]}; this is how far it got, among ${all}.`;
    }
  }

  #held(states: readonly State[]): string {
    const most = 3;
    if (states.length === 0 || states.length > most) return '';
    const names = states.map((state) => this.#texts.all[this.#state(state)]);
    return ` By then the object can have held ${names.join(' or ')}.`;
  }

  #position(op: Operation<Input, Output>): number {
    const position = this.#positions.get(op);
    if (position !== undefined) return position;
    throw new RangeError(
      `the result has an operation (${this.#describe(op)}) that is not in the history. ` +
        'Give the very history that was checked, not a copy',
    );
  }

  #client(client: string | number | undefined): number {
    const name = client === undefined ? '' : plain(String(client));
    const index = this.#clients.get(name) ?? this.#clients.size;
    this.#clients.set(name, index);
    return index;
  }

  #describe(op: Operation<Input, Output>): string {
    const output = outputOf(op);
    if (this.#model.describe !== undefined) return this.#model.describe(op.input, output);
    return output === undefined ? show(op.input) : `${show(op.input)} -> ${show(output)}`;
  }

  #state(state: State): number {
    return this.#texts.indexOf(this.#model.describeState?.(state) ?? show(state));
  }
}

const outputOf = <Input, Output>(op: Operation<Input, Output>): Output | undefined =>
  op.kind === 'completed' ? op.output : undefined;

const returnOf = (op: Operation<unknown, unknown>): number =>
  op.kind === 'completed' ? op.return : Infinity;

/** Throws RangeError for a result of another history, and whatever the model throws. */
export const collect = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  result: CheckResult<State, Input, Output>,
  options: VisualizeOptions,
): PageData => new Collector(model, history, options).page(result);

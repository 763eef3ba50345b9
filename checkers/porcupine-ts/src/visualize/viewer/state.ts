/** What is looked at: a part, an order, a step of it, an operation, what was searched for. Whoever shows it is told of changes. */

import type { OrderData, PageData, PartData } from '../page-data.ts';
import { type Axis, type Layout, layout, moments } from './layout.ts';
import { View } from './view.ts';

const noOrder: OrderData = { operations: [], states: [], next: [] };

export class State {
  readonly page: PageData;
  readonly view = new View();
  part!: PartData;
  layout!: Layout;
  order: OrderData = noOrder;
  orderIndex = 0;
  moments = new Float64Array(0);
  /** Per operation: its place in the order, or -1. */
  placeOf = new Int32Array(0);
  selected: number | undefined;
  pointed: number | undefined;
  /** Per operation: 1 where the search matches. */
  matches = new Uint8Array(0);
  matchCount = 0;
  axis: Axis = 'order';
  readonly #listeners: (() => void)[] = [];
  #isDue = false;

  constructor(page: PageData) {
    this.page = page;
  }

  /** Calls back before the next frame after any change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const listener of this.#listeners) listener();
    });
  }

  text(index: number): string {
    return this.page.texts[index] ?? '';
  }

  /** Without the key that all operations of the part have in common. */
  label(op: number): string {
    const text = this.text(this.part.label[op] ?? -1);
    const prefix = `${JSON.stringify(this.part.key)}: `;
    return text.startsWith(prefix) ? text.slice(prefix.length) : text;
  }

  client(op: number): string {
    return this.page.clients[this.part.client[op] ?? 0] || '–';
  }

  /** What the object held after so many steps of the order; undefined when that is not known. */
  stateAfter(steps: number): string | undefined {
    if (steps === 0) return this.text(this.part.firstState);
    const state = this.order.states[steps - 1];
    return state === undefined ? undefined : this.text(state);
  }

  showPart(index: number): void {
    const part = this.page.parts[index];
    if (part === undefined) return;
    this.part = part;
    this.selected = undefined;
    this.matches = new Uint8Array(part.call.length);
    this.matchCount = 0;
    this.#lay();
    this.showOrder(0);
    this.view.top = 0;
    this.fit();
  }

  showOrder(index: number): void {
    this.orderIndex = index;
    this.order = this.part.orders[index] ?? noOrder;
    this.moments = moments(this.order.operations, this.layout);
    this.placeOf = new Int32Array(this.part.call.length).fill(-1);
    for (const [step, op] of this.order.operations.entries()) this.placeOf[op] = step;
    this.changed();
  }

  showAxis(axis: Axis): void {
    if (axis === this.axis) return;
    this.axis = axis;
    this.#lay();
    this.showOrder(this.orderIndex);
    this.fit();
    if (this.selected !== undefined) this.select(this.selected);
  }

  /** Selects an operation and brings it into view. */
  select(op: number | undefined): void {
    this.selected = op;
    if (op !== undefined) {
      const from = this.layout.start[op] ?? 0;
      const to = Math.min(this.layout.end[op] ?? from, this.layout.width);
      const step = this.placeOf[op] ?? -1;
      // The moment matters most of an interval that is wider than the window.
      const moment = step < 0 ? from : (this.moments[step] ?? from);
      this.view.reveal(from, to, moment);
      this.view.revealLane(this.layout.laneOf[op] ?? 0);
    }
    this.changed();
  }

  /** Goes so many steps along the order; from the end when nothing of the order is selected. */
  step(by: number): void {
    const count = this.order.operations.length;
    if (count === 0) return;
    const now = this.selected === undefined ? -1 : (this.placeOf[this.selected] ?? -1);
    const isBlocked = this.selected !== undefined && this.selected === this.part.blocked;
    // The impossible operation stands behind the last step.
    const from = now >= 0 ? now : isBlocked ? count : by > 0 ? -1 : count;
    const to = from + by;
    if (to >= count && this.part.blocked !== null) this.select(this.part.blocked);
    else this.select(this.order.operations[Math.max(0, Math.min(count - 1, to))]);
  }

  /** What is impossible, or how far the order got, or the beginning, as near as it can be read. Needs to know how wide the window is. */
  focus(): void {
    const { blocked, call, verdict } = this.part;
    const pixelsPerOperation = 20;
    const share = (call.length * 2 * pixelsPerOperation) / this.view.pixels;
    if (share > 1.3) {
      this.view.zoom(share);
      this.view.center(0);
    }
    const lastPlaced = verdict === 'unknown' ? this.order.operations.at(-1) : undefined;
    const matters = blocked ?? lastPlaced;
    if (matters !== undefined && share > 1.3) this.view.center(this.layout.start[matters] ?? 0);
    this.select(matters);
  }

  /** Everything. */
  fit(): void {
    this.view.width = this.layout.width;
    this.view.lanes = this.layout.lanes.length;
    this.view.showAll();
    this.changed();
  }

  /** Shows what the search matches. */
  showMatches(matches: Uint8Array<ArrayBuffer>, count: number): void {
    this.matches = matches;
    this.matchCount = count;
    this.changed();
  }

  #lay(): void {
    this.layout = layout(this.part, this.axis);
  }
}

/** The order as a list: number, operation, client, state after it. Only the rows in sight exist, however long it is. */

import { grouped, h } from './dom.ts';
import type { State } from './state.ts';

const rowHeight = 46;
const spareRows = 6;

export class Steps {
  readonly element = h('div', {
    class: 'steps',
    tabindex: '0',
    'aria-label': 'The order, step by step',
  });
  readonly #state: State;
  readonly #rows = h('ol', { class: 'rows' });
  readonly #note = h('p', { class: 'muted note' });
  #shown = '';
  #selected: number | undefined;

  constructor(state: State) {
    this.#state = state;
    this.element.append(this.#rows);
    this.element.addEventListener('scroll', () => this.draw());
  }

  get note(): HTMLElement {
    return this.#note;
  }

  draw(): void {
    const { order, part, selected } = this.#state;
    const count = order.operations.length + (part.blocked === null ? 0 : 1);
    this.#rows.style.height = `${count * rowHeight}px`;
    this.#describe();
    if (selected !== this.#selected) {
      this.#selected = selected;
      this.#reveal();
    }
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spareRows);
    const last = Math.min(count, Math.ceil((scrollTop + clientHeight) / rowHeight) + spareRows);
    const key = [first, last, selected, this.#state.orderIndex, part.key, part.verdict].join();
    if (key === this.#shown) return;
    this.#shown = key;
    const rows = Array.from({ length: last - first }, (_, at) => this.#row(first + at));
    this.#rows.replaceChildren(...rows);
  }

  #describe(): void {
    const { order, part } = this.#state;
    const all = part.call.length;
    const placed = order.operations.length;
    const states =
      order.states.length < placed
        ? ` States are shown for the first ${grouped(order.states.length)}.`
        : '';
    const left =
      part.leftOut > 0 ? ` ${grouped(part.leftOut)} more operations are not in this page.` : '';
    this.#note.textContent = `${grouped(placed)} of ${grouped(all)} operations placed. Starts as ${this.#state.stateAfter(0)}.${states}${left}`;
  }

  #row(step: number): HTMLElement {
    const { order, part, selected } = this.#state;
    const isBlocked = step === order.operations.length;
    const op = (isBlocked ? part.blocked : order.operations[step]) ?? 0;
    const after = isBlocked ? undefined : this.#state.stateAfter(step + 1);
    const row = h(
      'li',
      { class: `row${isBlocked ? ' blocked' : ''}${op === selected ? ' selected' : ''}` },
      h('span', { class: 'number' }, isBlocked ? '✕' : grouped(step + 1)),
      h('span', { class: 'what' }, this.#state.label(op)),
      h('span', { class: 'who' }, this.#state.client(op)),
      h(
        'span',
        { class: 'after' },
        isBlocked ? 'impossible here' : after === undefined ? '' : `→ ${after}`,
      ),
    );
    row.style.top = `${step * rowHeight}px`;
    row.addEventListener('click', () => this.#state.select(op));
    return row;
  }

  #reveal(): void {
    const { selected, placeOf, order, part } = this.#state;
    if (selected === undefined) return;
    const step = selected === part.blocked ? order.operations.length : (placeOf[selected] ?? -1);
    if (step < 0) return;
    const top = step * rowHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top >= scrollTop + rowHeight && top + 2 * rowHeight <= scrollTop + clientHeight) return;
    this.element.scrollTop = top - clientHeight / 2;
  }
}

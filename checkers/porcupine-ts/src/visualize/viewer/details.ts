/** The selected operation in words: what, who, when, its place, the states around it, and why it is impossible if it is. */

import { grouped, h } from './dom.ts';
import type { State } from './state.ts';

type Fact = readonly [name: string, value: string];

function when({ part, page }: State, op: number): string {
  const unit = page.unit === '' ? '' : ` ${page.unit}`;
  const from = grouped((part.calledAt ?? part.call)[op] ?? 0);
  const to = (part.returnedAt ?? part.return)[op] ?? null;
  return to === null
    ? `from ${from}${unit} on: nobody knows whether it ended`
    : `${from} – ${grouped(to)}${unit}`;
}

function place(state: State, op: number): readonly Fact[] {
  const step = state.placeOf[op] ?? -1;
  if (step < 0) {
    const isUnknown = state.part.return[op] === null;
    const without = isUnknown
      ? 'not in this order: it need not have taken effect'
      : 'not in this order';
    const after = state.order.next.find(({ operation }) => operation === op);
    const said = after?.isLegal === true ? 'the model would accept it' : 'the model refuses it';
    return [
      ['place', op === state.part.blocked ? 'none is possible' : without],
      ...(after === undefined ? [] : [['if next', said] as const]),
    ];
  }
  return [
    ['place', `${grouped(step + 1)} of ${grouped(state.order.operations.length)}`],
    ['before', state.stateAfter(step) ?? 'not in this page'],
    ['after', state.stateAfter(step + 1) ?? 'not in this page'],
  ];
}

/** The states that are possible before the impossible operation, and what the model says to it in each. */
function refused(state: State): HTMLElement {
  const { refusals } = state.part;
  if (refusals.length === 0) {
    return h(
      'p',
      {},
      'No order of the others leaves a moment for it between its call and its return.',
    );
  }
  const says = (isLegal: boolean): string =>
    isLegal
      ? 'the model would accept it, but not together with all that had returned'
      : 'the model refuses it';
  return h(
    'div',
    {},
    h('p', {}, 'Where it should have taken effect, the object can have held:'),
    h(
      'ul',
      {},
      ...refusals.map((one) =>
        h('li', {}, h('code', {}, state.text(one.state)), ` – ${says(one.isLegal)}`),
      ),
    ),
  );
}

function choice(state: State, op: number): HTMLElement {
  const choose = h('button', { type: 'button', class: 'link' }, h('code', {}, state.label(op)));
  choose.addEventListener('click', () => state.select(op));
  return choose;
}

/** What else could have come at the end of the order, and why it does not help. */
function next(state: State): HTMLElement | null {
  const { order, part } = state;
  const others = order.next.filter(({ operation }) => operation !== part.blocked);
  if (others.length === 0) return null;
  const held = state.stateAfter(order.operations.length) ?? 'its last state';
  // Closed at first: it can be long, and the order below matters more.
  return h(
    'details',
    { class: 'next' },
    h('summary', {}, `What else could come next (${others.length})`),
    h('p', {}, `By their times these could come after the order, where the object held ${held}:`),
    h(
      'ul',
      {},
      ...others.map(({ operation, isLegal }) => {
        const says = isLegal
          ? 'the model accepts it, but the impossible one fits nowhere after it either'
          : 'the model refuses it';
        return h('li', {}, choice(state, operation), ` – ${says}`);
      }),
    ),
  );
}

/** Few operations that say it all, where such are known. */
function conflict(state: State): HTMLElement | null {
  const { conflict } = state.part;
  if (conflict.length === 0) return null;
  const items = conflict.map((op) =>
    h('li', {}, choice(state, op), ` by ${state.client(op)}, ${when(state, op)}`),
  );
  return h(
    'div',
    { class: 'conflict' },
    h('p', {}, 'These alone leave no order:'),
    h('ul', {}, ...items),
  );
}

const why = (state: State): HTMLElement =>
  h('div', {}, conflict(state), refused(state), next(state));

export class Details {
  readonly element = h('div', { class: 'details', 'aria-live': 'polite' });
  readonly #state: State;
  #shown = '';

  constructor(state: State) {
    this.#state = state;
  }

  draw(): void {
    const { selected, part, orderIndex } = this.#state;
    const key = [selected, orderIndex, part.key, part.verdict].join();
    if (key === this.#shown) return;
    this.#shown = key;
    if (selected === undefined) {
      const hint = 'Choose an operation, or walk along the order with the arrow keys.';
      this.element.replaceChildren(h('p', { class: 'muted' }, hint));
      return;
    }
    const isBlocked = selected === part.blocked;
    const facts: readonly Fact[] = [
      ['client', this.#state.client(selected)],
      ['time', when(this.#state, selected)],
      ['in history', `operation ${grouped(part.position[selected] ?? 0)}`],
      ...place(this.#state, selected),
    ];
    this.element.replaceChildren(
      h('h2', isBlocked ? { class: 'bad' } : {}, h('code', {}, this.#state.label(selected))),
      ...(isBlocked ? [h('p', { class: 'bad' }, h('b', {}, '✕ Fits nowhere'))] : []),
      h('dl', {}, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
      ...(isBlocked ? [why(this.#state)] : []),
    );
  }
}

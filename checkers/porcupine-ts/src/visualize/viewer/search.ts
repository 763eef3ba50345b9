/** Search for operations by what they did, who did them, or what the object held after them. */

import { button, grouped, h } from './dom.ts';
import type { State } from './state.ts';

export class Search {
  readonly input = h('input', {
    type: 'search',
    placeholder: 'Search   /',
    'aria-label': 'Search operations, clients and states',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  readonly element: HTMLElement;
  readonly #state: State;
  readonly #count = h('span', { class: 'muted count', 'aria-live': 'polite' });

  constructor(state: State) {
    this.#state = state;
    this.element = h(
      'div',
      { class: 'search group' },
      this.input,
      button('↑', 'Previous match (Shift Enter)', () => this.go(-1)),
      button('↓', 'Next match (Enter)', () => this.go(1)),
      this.#count,
    );
    this.input.addEventListener('input', () => this.run());
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.go(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') this.#leave();
      else return;
      event.preventDefault();
    });
  }

  run(): void {
    const { part, page, order } = this.#state;
    const words = this.input.value.trim().toLowerCase();
    const matches = new Uint8Array(part.call.length);
    if (words !== '') {
      const texts = Uint8Array.from(page.texts, (text) =>
        Number(text.toLowerCase().includes(words)),
      );
      const clients = page.clients.map((name) => name.toLowerCase() === words);
      for (const [op, label] of part.label.entries()) {
        if (texts[label] === 1 || clients[part.client[op] ?? -1]) matches[op] = 1;
      }
      for (const [step, state] of order.states.entries()) {
        if (texts[state] === 1) matches[order.operations[step] ?? 0] = 1;
      }
    }
    const count = matches.reduce((sum, one) => sum + one, 0);
    this.#count.textContent = words === '' ? '' : count === 0 ? 'nothing' : grouped(count);
    this.#state.showMatches(matches, count);
  }

  /** To the next match after the selected operation, round and round. */
  go(by: 1 | -1): void {
    const { matches, matchCount, selected } = this.#state;
    if (matchCount === 0) return;
    const n = matches.length;
    let op = selected ?? (by > 0 ? -1 : n);
    do op = (op + by + n) % n;
    while (matches[op] !== 1);
    this.#state.select(op);
  }

  #leave(): void {
    this.input.value = '';
    this.run();
    this.input.blur();
  }
}

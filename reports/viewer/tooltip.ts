/** The one tooltip of the page. */

import { h } from './dom.ts';

export interface Tooltip {
  readonly element: HTMLElement;
  /** At a place in the window, the first line as a heading; null hides it. */
  show(
    at: { readonly x: number; readonly y: number; readonly lines: readonly string[] } | null,
  ): void;
}

/** Distance from the pointer, px. */
const offset = 14;

export function tooltip(): Tooltip {
  const element = h('div', { class: 'tooltip', role: 'status', hidden: '' });
  return {
    element,
    show(at) {
      element.hidden = at === null;
      if (at === null) return;
      const [head = '', ...rest] = at.lines;
      element.replaceChildren(h('strong', {}, head), ...rest.map((line) => h('div', {}, line)));
      const { offsetWidth, offsetHeight } = element;
      const right = at.x + offset + offsetWidth < document.documentElement.clientWidth;
      const below = at.y + offset + offsetHeight < innerHeight;
      const left = right ? at.x + offset : at.x - offset - offsetWidth;
      const top = below ? at.y + offset : at.y - offset - offsetHeight;
      element.style.left = `${Math.max(4, left)}px`;
      element.style.top = `${Math.max(4, top)}px`;
    },
  };
}

/** Which part, and which of its orders. */

import type { PartData } from '../page-data.ts';
import { grouped, h } from './dom.ts';
import type { State } from './state.ts';

const signs = { ok: '✓', illegal: '✕', unknown: '?' } as const;

const nameOf = ({ key, verdict, call, leftOut }: PartData): string =>
  `${signs[verdict]} ${key ?? 'all'}  (${grouped(call.length + leftOut)})`;

function chooser(
  label: string,
  names: readonly string[],
  choose: (index: number) => void,
): HTMLElement {
  const select = h(
    'select',
    { 'aria-label': label },
    ...names.map((name, index) => h('option', { value: `${index}` }, name)),
  );
  select.addEventListener('change', () => choose(select.selectedIndex));
  return h('label', { class: 'group' }, h('span', { class: 'muted' }, label), select);
}

/** Violations come first in the page already. */
export function parts(state: State, chosen: () => void): HTMLElement | null {
  if (state.page.parts.length < 2) return null;
  return chooser('Key', state.page.parts.map(nameOf), (index) => {
    state.showPart(index);
    chosen();
  });
}

/** Empty while there is only one. */
export function orders(state: State): { readonly element: HTMLElement; renew(): void } {
  const element = h('div', { class: 'orders' });
  const renew = (): void => {
    const all = state.part.orders;
    if (all.length < 2) return element.replaceChildren();
    const names = all.map(
      ({ operations }, at) => `${at + 1}: ${grouped(operations.length)} operations`,
    );
    element.replaceChildren(chooser('Order', names, (index) => state.showOrder(index)));
  };
  renew();
  return { element, renew };
}

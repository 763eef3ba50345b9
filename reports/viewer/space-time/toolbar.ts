/** Buttons above the diagram. */

import type { SpaceTime } from '../../space-time-types.ts';
import { h } from '../dom.ts';
import type { View } from './view.ts';

export interface ToolbarParts {
  readonly data: SpaceTime;
  readonly view: View;
  readonly home: () => void;
  readonly whole: () => void;
  readonly go: (timeMs: number) => void;
  readonly squeeze: (on: boolean) => void;
}

export function toolbar({ data, view, home, whole, go, squeeze }: ToolbarParts): HTMLElement {
  const button = (label: string, title: string, act: () => void): HTMLElement => {
    const element = h(
      'button',
      { type: 'button', class: 'quiet', title, 'aria-label': title },
      label,
    );
    element.addEventListener('click', act);
    return element;
  };
  const middle = (): number => (view.from + view.to) / 2;
  const isSqueezed = h('input', { type: 'checkbox', checked: '' });
  isSqueezed.addEventListener('change', () => squeeze(isSqueezed.checked));
  return h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'What the diagram shows' },
    button('−', 'Zoom out (-)', () => view.zoom(middle(), 1.6)),
    button('+', 'Zoom in (+)', () => view.zoom(middle(), 1 / 1.6)),
    button('◀', 'Earlier (left arrow)', () => view.pan(-0.4)),
    button('▶', 'Later (right arrow)', () => view.pan(0.4)),
    button('How it came about', 'The contradiction and what led to it (Home)', home),
    ...data.contradictions.map(({ number, timeMs }) =>
      button('①②'.charAt(number - 1), `Event ${number} (${number})`, () => go(timeMs)),
    ),
    button('Whole run', 'Everything (0)', whole),
    h(
      'label',
      { title: 'Narrows times in which nothing that is shown happens' },
      isSqueezed,
      ' squeeze silence',
    ),
    h('span', { class: 'muted hint' }, 'wheel zooms, drag moves, n and p step'),
  );
}

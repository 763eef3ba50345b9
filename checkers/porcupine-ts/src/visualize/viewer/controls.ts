/** Pointer, wheel, keyboard and buttons. */

import { button, h } from './dom.ts';
import { type Drawing, gutter } from './drawing.ts';
import type { Search } from './search.ts';
import type { State } from './state.ts';

const zoomStep = 1.6;
const wheelZoom = 0.002;
/** Px that the pointer may move in a click. */
const clickPx = 4;

/** Zooms around the selected operation while it is in sight. */
function zoom(state: State, factor: number): void {
  const { selected, layout, view, placeOf, moments } = state;
  const step = selected === undefined ? -1 : (placeOf[selected] ?? -1);
  const at =
    step >= 0 ? moments[step] : selected === undefined ? undefined : layout.start[selected];
  view.zoom(factor, at !== undefined && at >= view.from && at <= view.to ? at : undefined);
  state.changed();
}

export function keyboard(state: State, search: Search, drawing: Drawing): void {
  const scrollRows = (by: number): void => {
    drawing.notes.scrollRows(by);
    state.changed();
  };
  const acts: Readonly<Record<string, () => void>> = {
    ArrowRight: () => state.step(1),
    ArrowDown: () => state.step(1),
    ArrowLeft: () => state.step(-1),
    ArrowUp: () => state.step(-1),
    PageDown: () => state.step(20),
    PageUp: () => state.step(-20),
    Home: () => state.select(state.order.operations[0]),
    End: () => state.select(state.part.blocked ?? state.order.operations.at(-1)),
    i: () => state.select(state.part.blocked ?? undefined),
    '/': () => search.input.focus(),
    n: () => search.go(1),
    N: () => search.go(-1),
    '+': () => zoom(state, zoomStep),
    '=': () => zoom(state, zoomStep),
    '-': () => zoom(state, 1 / zoomStep),
    '0': () => state.fit(),
    '[': () => scrollRows(-1),
    ']': () => scrollRows(1),
    Escape: () => state.select(undefined),
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

export function pointer(state: State, drawing: Drawing, tip: (event?: PointerEvent) => void): void {
  const { canvas } = drawing;
  let moved = 0;
  let last = { x: 0, y: 0 };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    moved = 0;
    last = { x: event.offsetX, y: event.offsetY };
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.buttons !== 1) return tip(event);
    tip();
    const by = { x: last.x - event.offsetX, y: last.y - event.offsetY };
    moved += Math.abs(by.x) + Math.abs(by.y);
    last = { x: event.offsetX, y: event.offsetY };
    if (moved <= clickPx) return;
    state.view.pan(by.x);
    state.view.scroll(by.y);
    state.changed();
  });
  canvas.addEventListener('pointerup', (event) => {
    if (moved > clickPx) return;
    const hit = drawing.hit(event.offsetX, event.offsetY);
    state.selected = typeof hit === 'number' ? hit : undefined;
    state.changed();
  });
  canvas.addEventListener('pointerleave', () => tip());
  canvas.addEventListener('dblclick', (event) => {
    state.view.zoom(zoomStep * zoomStep, state.view.at(event.offsetX - gutter));
    state.changed();
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      const { view } = state;
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const top = view.top;
      if (event.ctrlKey || event.metaKey) {
        view.zoom(Math.exp(-event.deltaY * wheelZoom * 3), view.at(event.offsetX - gutter));
      } else if (isSideways) view.pan(event.deltaX === 0 ? event.deltaY : event.deltaX);
      else if (event.offsetY < drawing.top) {
        if (!drawing.notes.scroll(event.deltaY)) return;
      } else {
        view.scroll(event.deltaY);
        // Nothing left to scroll here: the page's turn.
        if (view.top === top) return;
      }
      event.preventDefault();
      state.changed();
    },
    { passive: false },
  );
}

/** Larger, smaller, everything; and which axis. */
export function buttons(state: State): HTMLElement {
  const axis = h('button', { type: 'button' });
  const say = (): void => {
    axis.textContent = state.axis === 'order' ? 'Even steps' : 'True time';
    axis.title = 'What the axis shows: calls and returns evenly spaced, or the clock';
  };
  axis.addEventListener('click', () => {
    state.showAxis(state.axis === 'order' ? 'time' : 'order');
    say();
  });
  say();
  return h(
    'div',
    { class: 'group' },
    axis,
    button('−', 'Smaller (-)', () => zoom(state, 1 / zoomStep)),
    button('+', 'Larger (+)', () => zoom(state, zoomStep)),
    button('All', 'Everything (0)', () => state.fit()),
  );
}

/** The page: reads its data, builds what is around the drawing, and connects everything. */

import { type PackedPage, unpack } from '../packed.ts';
import type { PageData } from '../page-data.ts';
import { orders, parts } from './choosers.ts';
import { buttons, keyboard, pointer } from './controls.ts';
import { Details } from './details.ts';
import { type Child, grouped, h } from './dom.ts';
import { Drawing } from './drawing.ts';
import { Overview } from './overview.ts';
import { Search } from './search.ts';
import { State } from './state.ts';
import { Steps } from './steps.ts';

const words = {
  ok: ['good', '✓', 'Linearizable'],
  illegal: ['bad', '✕', 'Not linearizable'],
  unknown: ['unsure', '?', 'Undecided'],
} as const;

function heading(page: PageData): HTMLElement {
  const illegal = page.parts.filter(({ verdict }) => verdict === 'illegal').length;
  const [tone, sign, word] = words[page.verdict];
  const keys = page.parts.length > 1 ? ` over ${grouped(page.parts.length)} keys` : '';
  const bad = page.parts.length > 1 && illegal > 0 ? `, ${grouped(illegal)} in violation` : '';
  const facts = `${page.model} · ${grouped(page.operations)} operations${keys}${bad} · checked in ${grouped(Math.round(page.elapsedMs * 10) / 10)} ms`;
  return h(
    'header',
    { class: `verdict ${tone}` },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    h(
      'div',
      {},
      h('h1', {}, h('span', { class: 'word' }, word), ` ${page.title}`),
      h('p', { class: 'sentence' }),
      h('p', { class: 'muted' }, facts),
    ),
  );
}

const keys: readonly (readonly [string, string])[] = [
  ['← →', 'along the order'],
  ['i', 'the impossible one'],
  ['/', 'search'],
  ['n N', 'next, previous match'],
  ['+ − 0', 'zoom'],
  ['[ ]', 'rows above'],
  ['drag', 'pan'],
  ['Ctrl wheel', 'zoom'],
];

const legend = (): HTMLElement =>
  h(
    'div',
    { class: 'legend muted' },
    h('span', {}, h('i', { class: 'swatch placed' }), 'in the order'),
    h('span', {}, h('i', { class: 'swatch rest' }), 'not in it'),
    h('span', {}, h('i', { class: 'swatch open' }), 'outcome unknown'),
    h('span', {}, h('i', { class: 'swatch impossible' }), 'impossible'),
    ...keys.map(([key, does]) => h('span', {}, h('kbd', {}, key), does)),
  );

/** What is under the pointer, in words beside it. */
function tooltip(state: State, drawing: Drawing): (event?: PointerEvent) => void {
  const tip = h('div', { class: 'tip', role: 'status' });
  tip.hidden = true;
  document.body.append(tip);
  return (event) => {
    const hit = event === undefined ? undefined : drawing.hit(event.offsetX, event.offsetY);
    tip.hidden = hit === undefined;
    if (event === undefined || hit === undefined) return;
    tip.textContent =
      typeof hit === 'number'
        ? `${state.label(hit)} · ${state.client(hit)}`
        : `${hit.row}: ${hit.text}`;
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY + 18}px`;
  };
}

const section = (
  toolbar: readonly Child[],
  left: readonly Child[],
  right: readonly Child[],
): HTMLElement =>
  h(
    'section',
    {},
    h('div', { class: 'toolbar' }, ...toolbar),
    h(
      'div',
      { class: 'columns' },
      h('div', { class: 'left' }, ...left),
      h('div', { class: 'right' }, ...right),
    ),
  );

function start(page: PageData): void {
  const main = document.querySelector('main') as HTMLElement;
  if (page.parts.length === 0) {
    main.replaceChildren(heading(page), h('p', { class: 'muted' }, 'There are no operations.'));
    return;
  }
  const state = new State(page);
  state.showPart(0);
  const drawing = new Drawing(state, h('canvas', { class: 'drawing', role: 'img' }));
  drawing.canvas.setAttribute('aria-label', 'Operations of each client over time');
  const overview = new Overview(state, h('canvas', { class: 'overview', 'aria-hidden': 'true' }));
  const search = new Search(state);
  const details = new Details(state);
  const steps = new Steps(state);
  const order = orders(state);
  const chosen = (): void => {
    order.renew();
    search.run();
    size();
    state.focus();
  };
  main.replaceChildren(
    heading(page),
    section(
      [parts(state, chosen), order.element, search.element, buttons(state)],
      [drawing.canvas, overview.canvas, legend()],
      [details.element, steps.note, steps.element],
    ),
  );
  const sentence = main.querySelector('.sentence') as HTMLElement;
  const size = (): void => {
    drawing.canvas.style.height = `${drawing.height}px`;
    sentence.textContent = `${state.part.key === null ? '' : `Key ${state.part.key}: `}${state.part.sentence}`;
  };
  const draw = (): void => {
    drawing.draw();
    overview.draw();
    details.draw();
    steps.draw();
  };
  size();
  state.onChange(draw);
  keyboard(state, search, drawing);
  pointer(state, drawing, tooltip(state, drawing));
  addEventListener('resize', () => state.changed());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => state.changed());
  draw();
  state.focus();
}

start(unpack(JSON.parse(document.getElementById('data')?.textContent ?? '') as PackedPage));

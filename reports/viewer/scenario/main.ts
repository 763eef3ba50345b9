/** The page of a scenario: buttons and arrow keys, the diagram, and what the step says. */

import type { PlayedScenario } from '../../scenario-types.ts';
import { h } from '../dom.ts';
import { loadJson } from '../load.ts';
import { showPage } from '../show-page.ts';
import { diagram } from './diagram.ts';
import { nodeCards, outcomeBadge, stepPanel } from './panel.ts';

function show(main: HTMLElement, played: PlayedScenario): void {
  const last = played.frames.length - 1;
  const picture = h('div', { class: 'picture', tabindex: '0', 'aria-label': 'message diagram' });
  const cards = h('div', { class: 'cards' });
  const panel = h('section', { class: 'step', 'aria-live': 'polite' });
  const position = h('output', { class: 'position' });
  const badge = h('div', { class: 'badge' });
  const slider = h('input', { type: 'range', min: '0', max: String(last), 'aria-label': 'step' });
  let current = -1;
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(last, to));
    if (next === current) return;
    current = next;
    const frame = played.frames[next];
    if (frame === undefined) return;
    slider.value = String(next);
    position.textContent = next === 0 ? 'Start' : `Step ${next} of ${last}`;
    badge.replaceChildren(outcomeBadge(frame));
    cards.replaceChildren(...nodeCards(frame, played.frames[next - 1]));
    panel.replaceChildren(...stepPanel(frame, played.frames[next - 1]));
    picture.replaceChildren(...diagram(played, next, go));
    picture.scrollTop = picture.scrollHeight;
    history.replaceState(null, '', `#${next}`);
  };
  const button = (label: string, title: string, to: () => number): HTMLElement => {
    const element = h('button', { type: 'button', title, 'aria-label': title }, label);
    element.addEventListener('click', () => go(to()));
    return element;
  };
  const controls = h(
    'nav',
    { class: 'controls' },
    button('«', 'To the start (Home)', () => 0),
    button('‹ Back', 'One step back (left arrow)', () => current - 1),
    button('Next ›', 'One step on (right arrow)', () => current + 1),
    button('»', 'To the end (End)', () => last),
    position,
    slider,
    badge,
  );
  slider.addEventListener('input', () => go(Number(slider.value)));
  onKeys((key) => go(keys[key]?.(current, last) ?? current));
  const head = h('header', {}, h('h1', {}, played.title), h('p', {}, played.about), facts(played));
  const stage = h('div', { class: 'stage' }, picture, h('div', { class: 'side' }, panel));
  main.replaceChildren(head, controls, cards, stage);
  go(Number(location.hash.slice(1)) || 0);
}

const facts = ({ system, nodes, quorum }: PlayedScenario): HTMLElement =>
  h(
    'p',
    { class: 'muted' },
    `${system}, ${nodes.length} nodes, a quorum is ${quorum}. Arrow keys or the buttons step through; a click on a step of the diagram goes there.`,
  );

const keys: Readonly<Record<string, (current: number, last: number) => number>> = {
  ArrowRight: (current) => current + 1,
  ArrowLeft: (current) => current - 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** The slider handles its arrow keys itself. */
function onKeys(press: (key: string) => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey) return;
    if (!Object.hasOwn(keys, event.key) || event.metaKey) return;
    event.preventDefault();
    press(event.key);
  });
}

showPage(async (main) => show(main, await loadJson()));

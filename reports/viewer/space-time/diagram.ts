/**
 * The space-time diagram: time from left to right, a lane for each node, an arrow for each message, and the clients below. Only what
 * is in sight is drawn; it is drawn anew whenever that changes.
 */

import type { MarkKind, SpaceTime } from '../../space-time-types.ts';
import { h } from '../dom.ts';
import { tooltip } from '../tooltip.ts';
import { drawAll } from './drawing.ts';
import { filters } from './filters.ts';
import { gestures } from './gestures.ts';
import { overview } from './overview.ts';
import { isArrowShown, isMarkShown, type Picture, type Shown, type Thing } from './picture.ts';
import { type Scale, scaleOf } from './scale.ts';
import { startOf } from './start.ts';
import { toolbar } from './toolbar.ts';
import { createView, type View } from './view.ts';

/** Hidden until they are asked for: they are many, and seldom what matters. */
const hiddenMarks: readonly MarkKind[] = ['apply', 'other'];

const hiddenAtFirst = (data: SpaceTime): Shown => ({
  messages: new Set(
    data.arrows.map(({ message }) => message).filter((name) => name.startsWith('heartbeat')),
  ),
  marks: new Set(hiddenMarks),
  nodes: new Set(),
});

/** When something that is shown happens. */
function busy(data: SpaceTime, shown: Shown): number[] {
  const both = (a: number, b: number | null | undefined): number[] =>
    b === null || b === undefined ? [a] : [a, b];
  return [
    ...data.arrows
      .filter((arrow) => isArrowShown(shown, arrow))
      .flatMap(({ sentMs, endMs }) => both(sentMs, endMs)),
    ...data.marks
      .filter((mark) => isMarkShown(shown, mark))
      .flatMap(({ timeMs, untilMs }) => both(timeMs, untilMs)),
    ...data.operations.flatMap(({ startMs, endMs }) => both(startMs, endMs)),
    ...data.bars.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ...data.stretches.map(({ fromMs }) => fromMs),
    ...data.contradictions.map(({ timeMs }) => timeMs),
  ];
}

/** How much is shown around a moment that was asked for, units. */
const closeUnits = 40;

export class Diagram {
  readonly element: HTMLElement;
  readonly #data: SpaceTime;
  readonly #view: View;
  readonly #stage = h('div', {
    class: 'stage',
    tabindex: '0',
    role: 'application',
    'aria-label':
      'Space-time diagram. Plus and minus zoom, arrow keys move, n and p step through what happened.',
  });
  readonly #strip = h('div', { class: 'strip' });
  readonly #details = h('div', { class: 'details', 'aria-live': 'polite' });
  readonly #notes = h('p', { class: 'note' });
  readonly #tip = tooltip();
  #shown: Shown;
  #isSqueezed = true;
  #scale: Scale;
  #picture: Picture | undefined;
  #things: readonly Thing[] = [];

  constructor(data: SpaceTime) {
    this.#data = data;
    this.#shown = hiddenAtFirst(data);
    this.#scale = this.#newScale();
    this.#view = createView(this.#scale, startOf(data, this.#scale));
    this.#view.onChange(() => this.draw());
    this.#listen();
    this.element = h(
      'div',
      {},
      this.#toolbar(),
      filters(data, this.#shown, (next) => {
        this.#shown = next;
        this.#rescale();
      }),
      this.#stage,
      this.#strip,
      this.#notes,
      this.#details,
      this.#tip.element,
    );
  }

  /** Draws for the width that there is. Call it when the element is in the page. */
  draw(): void {
    const { from, to } = this.#view;
    const width = this.#stage.clientWidth || 1000;
    const drawn = drawAll(
      { data: this.#data, scale: this.#scale, from, to, shown: this.#shown, width },
      (timeMs) => this.go(timeMs),
    );
    this.#picture = drawn.picture;
    this.#things = drawn.things;
    this.#stage.replaceChildren(drawn.svg);
    this.#strip.replaceChildren(overview(drawn.picture));
    this.#notes.textContent = drawn.note;
    this.#tip.show(null);
  }

  /** Brings a moment into sight. */
  go(timeMs: number): void {
    const size = Math.min(this.#view.to - this.#view.from, closeUnits);
    const at = this.#scale.units(timeMs);
    this.#view.show(at - size / 2, at + size / 2);
  }

  #home(): void {
    const [from, to] = startOf(this.#data, this.#scale);
    this.#view.show(this.#scale.units(from), this.#scale.units(to));
  }

  #newScale(): Scale {
    return scaleOf(busy(this.#data, this.#shown), this.#data.endMs, this.#isSqueezed);
  }

  #rescale(): void {
    this.#scale = this.#newScale();
    this.#view.rescale(this.#scale);
  }

  #toolbar(): HTMLElement {
    return toolbar({
      data: this.#data,
      view: this.#view,
      home: () => this.#home(),
      whole: () => this.#view.show(0, this.#scale.endUnits),
      go: (timeMs) => this.go(timeMs),
      squeeze: (on) => {
        this.#isSqueezed = on;
        this.#rescale();
      },
    });
  }

  #listen(): void {
    gestures({
      stage: this.#stage,
      strip: this.#strip,
      view: this.#view,
      tip: this.#tip,
      picture: () => this.#picture,
      things: () => this.#things,
      select: (thing) => {
        const lines = thing?.lines ?? [];
        const told = lines.map((line, i) => h(i === 0 ? 'strong' : 'div', {}, line));
        this.#details.replaceChildren(...told);
      },
      go: (timeMs) => this.go(timeMs),
      home: () => this.#home(),
    });
  }
}

/**
 * The space-time diagram: time from left to right, a lane for each node, an arrow for each message, and the clients below. Only what
 * is in sight is drawn; it is drawn anew whenever that changes.
 */

import type { MarkKind, SpaceTime } from '../../space-time-types.ts';
import { h, s } from '../dom.ts';
import { tooltip } from '../tooltip.ts';
import { arrows } from './arrows.ts';
import { callouts } from './callouts.ts';
import { clients } from './clients.ts';
import { filters } from './filters.ts';
import { gestures } from './gestures.ts';
import { axis, lanes, n, names } from './lanes.ts';
import { marks } from './marks.ts';
import { overview, unitsAt } from './overview.ts';
import {
  isArrowShown,
  isMarkShown,
  layoutOf,
  type Picture,
  type Shown,
  Taken,
  type Thing,
} from './picture.ts';
import { type Scale, scaleOf } from './scale.ts';
import { startOf } from './start.ts';
import { toolbar } from './toolbar.ts';
import { createView, type View } from './view.ts';

export interface Diagram {
  readonly element: HTMLElement;
  /** Brings a moment into sight. */
  go(timeMs: number): void;
  /** Draws for the width that there is. Call it when the element is in the page. */
  draw(): void;
}

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
  return [
    ...data.arrows
      .filter((arrow) => isArrowShown(shown, arrow))
      .flatMap(({ sentMs, endMs }) => (endMs === null ? [sentMs] : [sentMs, endMs])),
    ...data.marks
      .filter((mark) => isMarkShown(shown, mark))
      .flatMap(({ timeMs, untilMs }) =>
        untilMs === undefined || untilMs === null ? [timeMs] : [timeMs, untilMs],
      ),
    ...data.operations.flatMap(({ startMs, endMs }) =>
      endMs === null ? [startMs] : [startMs, endMs],
    ),
    ...data.bars.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ...data.stretches.map(({ fromMs }) => fromMs),
    ...data.contradictions.map(({ timeMs }) => timeMs),
  ];
}

export function spaceTimeDiagram(data: SpaceTime): Diagram {
  let shown = hiddenAtFirst(data);
  let isSqueezed = true;
  let scale = scaleOf(busy(data, shown), data.endMs, isSqueezed);
  const view = createView(scale, startOf(data, scale));
  const stage = h('div', {
    class: 'stage',
    tabindex: '0',
    role: 'application',
    'aria-label':
      'Space-time diagram. Plus and minus zoom, arrow keys move, n and p step through what happened.',
  });
  const strip = h('div', { class: 'strip' });
  const details = h('div', { class: 'details', 'aria-live': 'polite' });
  const notes = h('p', { class: 'note' });
  const tip = tooltip();
  let picture: Picture | undefined;
  let things: Thing[] = [];
  const draw = (): void => {
    const drawn = drawAll({ data, scale, view, shown, width: stage.clientWidth || 1000 }, go);
    picture = drawn.picture;
    things = drawn.things;
    stage.replaceChildren(drawn.svg);
    strip.replaceChildren(overview(drawn.picture));
    notes.textContent = drawn.note;
    tip.show(null);
  };
  const rescale = (): void => {
    scale = scaleOf(busy(data, shown), data.endMs, isSqueezed);
    view.rescale(scale);
  };
  const go = (timeMs: number): void => {
    const size = Math.min(view.to - view.from, 40);
    const at = scale.units(timeMs);
    view.show(at - size / 2, at + size / 2);
  };
  const select = (thing: Thing | undefined): void => {
    details.replaceChildren(
      ...(thing?.lines ?? []).map((line, i) => h(i === 0 ? 'strong' : 'div', {}, line)),
    );
  };
  view.onChange(draw);
  gestures({
    stage,
    strip,
    view,
    tip,
    picture: () => picture,
    things: () => things,
    select,
    go,
    home: () => view.show(...startUnits()),
    unitsAt,
  });
  const startUnits = (): [number, number] => {
    const [from, to] = startOf(data, scale);
    return [scale.units(from), scale.units(to)];
  };
  const element = h(
    'div',
    {},
    toolbar({
      data,
      view,
      home: () => view.show(...startUnits()),
      whole: () => view.show(0, scale.endUnits),
      go,
      squeeze: (on) => {
        isSqueezed = on;
        rescale();
      },
    }),
    filters(data, shown, (next) => {
      shown = next;
      rescale();
    }),
    stage,
    strip,
    notes,
    details,
    tip.element,
  );
  return { element, go, draw };
}

interface Drawing {
  readonly data: SpaceTime;
  readonly scale: Scale;
  readonly view: View;
  readonly shown: Shown;
  readonly width: number;
}

function drawAll({ data, scale, view, shown, width }: Drawing, go: (timeMs: number) => void) {
  const layout = layoutOf(data, shown.nodes, width);
  const things: Thing[] = [];
  const { from, to } = view;
  const room = width - layout.left - layout.right;
  const picture: Picture = {
    data,
    scale,
    from,
    to,
    width,
    layout,
    shown,
    x: (ms) => layout.left + ((scale.units(ms) - from) / (to - from)) * room,
    thing: (thing) => String(things.push(thing) - 1),
  };
  const taken = new Taken();
  const drawnLanes = lanes(picture, taken);
  const drawnMarks = marks(picture, taken);
  const drawnArrows = arrows(picture, taken);
  const svg = s(
    'svg',
    {
      width: n(width),
      height: n(layout.height + 8),
      class: 'spacetime',
      role: 'img',
      'aria-label': 'messages between nodes',
    },
    definitions(),
    s(
      'g',
      { 'clip-path': 'url(#inside)' },
      s(
        'clipPath',
        { id: 'inside' },
        s('rect', { x: n(layout.left), y: '0', width: n(room + 14), height: n(layout.height + 8) }),
      ),
      ...axis(picture),
      ...drawnLanes,
      ...drawnArrows.lines,
      ...clients(picture),
      ...drawnMarks.shapes,
      ...drawnArrows.labels,
      ...drawnMarks.labels,
    ),
    ...names(picture),
    ...callouts(picture, (number) => {
      const one = data.contradictions.find((each) => each.number === number);
      if (one !== undefined) go(one.timeMs);
    }),
  );
  return { picture, things, svg, note: noteOf(picture, drawnArrows.left + drawnMarks.left) };
}

/** What is not shown, so that nobody takes it for what did not happen. */
function noteOf({ data, scale, from, to }: Picture, left: number): string {
  const [a, b] = [scale.ms(from), scale.ms(to)];
  const isWhole = data.windows.some(
    ([start, end]) => start <= Math.max(0, a) && end >= Math.min(data.endMs, b),
  );
  const { arrows: messages, marks: events } = data.left;
  return [
    ...(left > 0
      ? [`${left} more messages and events are in sight than can be drawn: zoom in to see them.`]
      : []),
    ...(isWhole || messages + events === 0
      ? []
      : [
          `Here some are missing: ${messages} messages and ${events} events far from the contradiction were left out of this page.`,
        ]),
  ].join(' ');
}

function definitions(): SVGElement {
  const arrow = s(
    'marker',
    {
      id: 'head',
      viewBox: '0 0 8 8',
      refX: '8',
      refY: '4',
      markerWidth: '7',
      markerHeight: '7',
      orient: 'auto',
    },
    s('path', { d: 'M0 0L8 4L0 8z', class: 'head' }),
  );
  const hatch = (id: string, d: string): SVGElement =>
    s(
      'pattern',
      { id, width: '8', height: '8', patternUnits: 'userSpaceOnUse' },
      s('path', { d, class: 'hatch' }),
    );
  return s(
    'defs',
    {},
    arrow,
    hatch('down', 'M-1 9L9 -1M-1 1L1 -1M7 9L9 7M-1 -1L9 9'),
    hatch('paused', 'M4 0V8'),
    hatch('fault', 'M-1 9L9 -1M-1 1L1 -1M7 9L9 7'),
  );
}

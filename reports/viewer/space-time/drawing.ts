/** Draws what is in sight, all of it anew. */

import type { SpaceTime } from '../../space-time-types.ts';
import { s } from '../dom.ts';
import { arrows } from './arrows.ts';
import { callouts } from './callouts.ts';
import { clients } from './clients.ts';
import { axis, lanes, n, names } from './lanes.ts';
import { marks } from './marks.ts';
import { layoutOf, type Picture, type Shown, Taken, type Thing } from './picture.ts';
import type { Scale } from './scale.ts';

export interface Drawing {
  readonly data: SpaceTime;
  readonly scale: Scale;
  /** What of the axis is in sight, units. */
  readonly from: number;
  readonly to: number;
  readonly shown: Shown;
  readonly width: number;
}

/** Everything that is in sight. `go` is called with a moment that the reader wants to see. */
export function drawAll(
  { data, scale, from, to, shown, width }: Drawing,
  go: (timeMs: number) => void,
) {
  const layout = layoutOf(data, shown.nodes, width);
  const things: Thing[] = [];
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
      markerUnits: 'userSpaceOnUse',
      markerWidth: '8',
      markerHeight: '8',
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

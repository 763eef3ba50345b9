/**
 * The message-sequence diagram: a lifeline per node, time downwards, a band per step. A message is an arrow from where it was
 * sent to where it ended; what is still on its way at the current step ends in the open, below.
 */

import type { FrameEvent, PlayedScenario } from '../../scenario-types.ts';
import { shorten } from '../../text.ts';
import { s } from '../dom.ts';

const gutter = 20;
const rowPx = 27;
/** Above the first row of a step: its words. */
const stepPx = 22;
const topPx = 0;
const namesPx = 32;
const charPx = 6.1;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Lines go under words. */
interface Marks {
  readonly lines: SVGElement[];
  readonly labels: SVGElement[];
}

/** Where things are: shared by everything that draws. */
interface Canvas {
  readonly columnPx: number;
  readonly width: number;
  readonly x: (node: string) => number;
}

/** The diagram up to and including the frame `current`. `go` is called with the number of a clicked step. */
export function diagram(
  played: PlayedScenario,
  current: number,
  go: (frame: number) => void,
): readonly SVGElement[] {
  const columnPx = Math.max(118, Math.min(250, 760 / played.nodes.length));
  const canvas: Canvas = {
    columnPx,
    width: gutter + columnPx * played.nodes.length,
    x: (node) => gutter + columnPx * (played.nodes.indexOf(node) + 0.5),
  };
  const bands: SVGElement[] = [];
  const stepTitles: SVGElement[] = [];
  const marks: Marks = { lines: [], labels: [] };
  const sent = new Map<number, Point>();
  let y = topPx;
  for (const frame of played.frames.slice(0, current + 1)) {
    const top = y;
    y = drawEvents(frame.events, y + stepPx - 10, canvas, sent, marks, frame.number === current);
    if (frame.number === current) y = drawMail(played, current, y, canvas, sent, marks);
    y += 14;
    if (frame.number > 0) {
      bands.push(band(frame.number, frame.text, top, y - top, canvas, current, go));
      stepTitles.push(stepTitle(frame.number, frame.text, top, frame.number === current));
    } else y = topPx;
  }
  const bottom = y + 14;
  const svg = s('svg', {
    width: String(canvas.width),
    height: String(bottom),
    viewBox: `0 0 ${canvas.width} ${bottom}`,
    role: 'img',
    'aria-label': `messages up to step ${current}`,
  });
  const { lines, labels } = marks;
  const lives = lifelines(played, current, bottom, canvas);
  svg.append(arrowHeads(), ...bands, ...lives, ...lines, ...stepTitles, ...labels);
  return [names(played, current, canvas), svg];
}

function arrowHeads(): SVGElement {
  const path = s('path', { d: 'M0 0 L8 4 L0 8 z', class: 'head' });
  const marker = s(
    'marker',
    {
      id: 'head',
      viewBox: '0 0 8 8',
      refX: '8',
      refY: '4',
      markerWidth: '8',
      markerHeight: '8',
      orient: 'auto',
    },
    path,
  );
  return s('defs', {}, marker);
}

const healthOf = (played: PlayedScenario, current: number, node: string): string =>
  played.frames[current]?.nodes.find((picture) => picture.node === node)?.health ?? 'up';

/** Stays in sight while the diagram scrolls. */
function names(played: PlayedScenario, current: number, canvas: Canvas): SVGElement {
  const texts = played.nodes.map((node) =>
    s(
      'text',
      {
        x: String(canvas.x(node)),
        y: '22',
        class: `name ${healthOf(played, current, node)}`,
        'text-anchor': 'middle',
      },
      node,
    ),
  );
  const size = { width: String(canvas.width), height: String(namesPx) };
  return s('svg', { ...size, class: 'names', 'aria-hidden': 'true' }, ...texts);
}

function lifelines(
  played: PlayedScenario,
  current: number,
  bottom: number,
  canvas: Canvas,
): SVGElement[] {
  return played.nodes.map((node) => {
    const x = String(canvas.x(node));
    const kind = `life ${healthOf(played, current, node)}`;
    return s('line', { x1: x, x2: x, y1: '0', y2: String(bottom), class: kind });
  });
}

function band(
  number: number,
  text: string,
  top: number,
  height: number,
  { width }: Canvas,
  current: number,
  go: (frame: number) => void,
): SVGElement {
  const group = s(
    'g',
    { class: number === current ? 'band current' : 'band' },
    s('title', {}, `${number}. ${text}`),
    s('rect', { x: '0', y: String(top), width: String(width), height: String(height) }),
  );
  group.addEventListener('click', () => go(number));
  return group;
}

const stepTitle = (number: number, text: string, top: number, now: boolean): SVGElement =>
  s(
    'text',
    { x: '8', y: String(top + 15), class: now ? 'title now' : 'title' },
    `${number}. ${shorten(text, 70)}`,
  );

/** Returns where the next row begins. Messages that one node sends at once leave from one point. */
function drawEvents(
  events: readonly FrameEvent[],
  from: number,
  canvas: Canvas,
  sent: Map<number, Point>,
  marks: Marks,
  now: boolean,
): number {
  let y = from;
  let sender: string | undefined;
  const fresh = now ? ' now' : '';
  for (const event of events) {
    const leaves = event.kind === 'sent' || event.kind === 'waiting' || event.kind === 'doubled';
    if (!(leaves && sender === event.from)) y += rowPx;
    sender = leaves ? event.from : undefined;
    if (event.kind === 'at') {
      marks.lines.push(
        dot({ x: canvas.x(event.node), y: y - 6 }, `dot${fresh}`, event.words.join(' ')),
      );
      continue;
    }
    const start = { x: canvas.x(event.from), y: y - 6 };
    if (leaves) {
      if (!sent.has(event.mail) || event.kind !== 'sent') sent.set(event.mail, start);
      if (event.kind === 'sent') sent.set(event.mail, start);
      marks.lines.push(dot(start, `leaf${fresh}`, `${event.from} sends ${event.label}`));
      continue;
    }
    const begin = sent.get(event.mail) ?? start;
    const far = { x: canvas.x(event.to), y: y - 6 };
    const end =
      event.kind === 'lost'
        ? { x: begin.x + (far.x - begin.x) * 0.55, y: Math.max(far.y, begin.y) }
        : far;
    drawArrow(marks, begin, end, event.kind, event.label, canvas, fresh);
    sent.delete(event.mail);
  }
  return y;
}

/** What is on its way after the current step, one row each, so that nothing hides another. */
function drawMail(
  played: PlayedScenario,
  current: number,
  from: number,
  canvas: Canvas,
  sent: ReadonlyMap<number, Point>,
  marks: Marks,
): number {
  let y = from;
  for (const { mail, from: node, to, label, state } of played.frames[current]?.mail ?? []) {
    y += rowPx;
    const begin = sent.get(mail) ?? { x: canvas.x(node), y: y - 6 };
    const end = { x: begin.x + (canvas.x(to) - begin.x) * 0.5, y: y - 6 };
    const note = state === 'disk' ? ' (waits for disk)' : state === 'held' ? ' (held)' : '';
    drawArrow(marks, begin, end, state, `to ${to}: ${label}${note}`, canvas, '');
  }
  return y;
}

const dot = ({ x, y }: Point, kind: string, title: string): SVGElement =>
  s(
    'circle',
    { cx: String(x), cy: String(y), r: kind.startsWith('dot') ? '5' : '2.5', class: kind },
    s('title', {}, title),
  );

function drawArrow(
  marks: Marks,
  begin: Point,
  end: Point,
  kind: string,
  label: string,
  { columnPx, width }: Canvas,
  fresh: string,
): void {
  const line = s('line', {
    x1: String(begin.x),
    y1: String(begin.y),
    x2: String(end.x),
    y2: String(end.y),
    class: `mail ${kind}${fresh}`,
    ...(kind === 'lost' ? {} : { 'marker-end': 'url(#head)' }),
  });
  const right = end.x >= begin.x;
  const open = kind !== 'received';
  // Beside the arrow head, on the side that the message comes from; in the open, after it.
  const x = open ? end.x + (right ? 8 : -8) : end.x + (right ? -10 : 10);
  const room = open ? (right ? width - x : x) : Math.max(columnPx + 20, 240);
  const text = s(
    'text',
    {
      x: String(x),
      y: String(open ? end.y + 4 : end.y + 13),
      class: `label ${kind}${fresh}`,
      'text-anchor': right === open ? 'start' : 'end',
    },
    s('title', {}, label),
    shorten(label, Math.max(12, Math.floor(room / charPx))),
  );
  marks.lines.push(line);
  marks.labels.push(text);
  if (kind !== 'lost') return;
  const cross = s('path', {
    d: `M${end.x - 5} ${end.y - 5}l10 10m0 -10l-10 10`,
    class: `cross${fresh}`,
  });
  marks.lines.push(cross);
}

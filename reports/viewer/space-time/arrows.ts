/** Messages: from the sender's lane when it was sent to the receiver's when it arrived, or to a cross where it was lost. */

import type { Arrow } from '../../space-time-types.ts';
import { s } from '../dom.ts';
import { n } from './lanes.ts';
import { atMs, eraOf, nameOf, purposeOf } from './names.ts';
import { bandPx, isArrowShown, isInSight, type Picture, type Taken, textPx } from './picture.ts';

/** More at once are a grey wall, and slow. */
export const arrowsMax = 900;

/** A message that was lost goes at least this far, px. */
const lostPx = 12;

interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface DrawnArrows {
  readonly lines: readonly SVGElement[];
  readonly labels: readonly SVGElement[];
  /** In sight, but too many. */
  readonly left: number;
}

export function arrows(picture: Picture, taken: Taken): DrawnArrows {
  const { data, shown } = picture;
  const inSight = data.arrows.filter(
    (arrow) =>
      isArrowShown(shown, arrow) && isInSight(picture, arrow.sentMs, arrow.endMs ?? data.endMs),
  );
  const drawn = inSight.length <= arrowsMax ? inSight : mostTelling(inSight);
  const lines: SVGElement[] = [];
  const labels: SVGElement[] = [];
  for (const arrow of drawn) {
    const line = lineOf(picture, arrow);
    if (line === undefined) continue;
    lines.push(...draw(picture, arrow, line));
    const text = label(picture, arrow, line, taken);
    if (text !== undefined) labels.push(text);
  }
  return { lines, labels, left: inSight.length - drawn.length };
}

const isAlive = ({ message }: Arrow): boolean => purposeOf(message) === 'alive';

/** The chain, elections, then one after the other in equal distances. */
function mostTelling(all: readonly Arrow[]): readonly Arrow[] {
  const first = all.filter((one) => one.chain || (purposeOf(one.message) === 'elect' && !one.copy));
  const kept = new Set(first.slice(0, arrowsMax));
  const rest = all
    .filter((one) => !kept.has(one))
    .sort((a, b) => Number(isAlive(a)) - Number(isAlive(b)));
  const room = arrowsMax - kept.size;
  const step = rest.length / Math.max(1, room);
  for (let i = 0; i < room && i < rest.length; i += 1) {
    const one = rest[Math.floor(i * Math.max(1, step))];
    if (one !== undefined) kept.add(one);
  }
  return all.filter((one) => kept.has(one));
}

function lineOf({ layout, x, data }: Picture, arrow: Arrow): Line | undefined {
  const [from, to] = [layout.nodes.get(arrow.from), layout.nodes.get(arrow.to)];
  if (from === undefined || to === undefined) return undefined;
  const way = Math.sign(to - from);
  const y1 = from + (way * bandPx) / 2;
  const end = to - (way * bandPx) / 2;
  const x1 = x(arrow.sentMs);
  const x2 = x(arrow.endMs ?? data.endMs);
  if (arrow.lost === undefined) return { x1, y1, x2, y2: end };
  return {
    x1,
    y1,
    x2: Math.max(x2, x1 + lostPx),
    y2: y1 + way * Math.min(40, Math.abs(end - y1) * 0.5),
  };
}

const stateOf = ({ lost, endMs, copy }: Arrow): string =>
  lost !== undefined ? 'lost' : endMs === null ? 'flying' : copy === true ? 'copy' : '';

function wordsOf(system: string, arrow: Arrow): string[] {
  const { from, to, message, term, sentMs, endMs, lost, copy, chain } = arrow;
  const era = term === undefined ? '' : `, ${system === 'raft' ? 'term' : 'ballot'} ${term}`;
  const fate =
    endMs === null
      ? 'still on its way at the end'
      : lost === undefined
        ? `arrives at ${atMs(endMs)}, after ${(endMs - sentMs).toFixed(2)} ms`
        : `lost at ${atMs(endMs)}: ${lost}`;
  return [
    `${from} → ${to}: ${nameOf(message)}${era}`,
    `sent at ${atMs(sentMs)}`,
    fate,
    ...(copy === true ? ['a duplicate: the network delivers the message twice'] : []),
    ...(chain === true ? ['one of the messages that lead from ① to ②'] : []),
  ];
}

function draw(picture: Picture, arrow: Arrow, { x1, y1, x2, y2 }: Line): SVGElement[] {
  const number = picture.thing({
    timeMs: arrow.sentMs,
    lines: wordsOf(picture.data.system, arrow),
  });
  const ends = { x1: n(x1), y1: n(y1), x2: n(x2), y2: n(y2) };
  const kind = `${purposeOf(arrow.message)} ${stateOf(arrow)}${arrow.chain ? ' chain' : ''}`;
  const isLost = arrow.lost !== undefined;
  return [
    s(
      'g',
      { 'data-thing': number, class: `mail ${kind}` },
      s('line', { ...ends, class: 'catch' }),
      s('line', { ...ends, ...(isLost ? {} : { 'marker-end': 'url(#head)' }) }),
      isLost ? s('path', { d: `M${n(x2 - 4)} ${n(y2 - 4)}l8 8m0 -8l-8 8`, class: 'cross' }) : null,
    ),
  ];
}

/** Where along the arrow its label may stand. */
const shares = [0.3, 0.5, 0.7];

function label(
  { data, width, layout }: Picture,
  arrow: Arrow,
  { x1, y1, x2, y2 }: Line,
  taken: Taken,
): SVGElement | undefined {
  const text = `${nameOf(arrow.message)} ${eraOf(data.system, arrow.term)}`.trim();
  const wide = textPx(text);
  for (const share of arrow.lost === undefined ? shares : [1]) {
    const x = x1 + (x2 - x1) * share + 5;
    const y = y1 + (y2 - y1) * share + 4;
    if (x < layout.left || x + wide > width) continue;
    if (!taken.take(x, y - 10, wide, 12)) continue;
    const kind = `label ${purposeOf(arrow.message)} ${stateOf(arrow)}`;
    return s('text', { x: n(x), y: n(y), class: kind }, text);
  }
  return undefined;
}

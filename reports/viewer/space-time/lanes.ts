/** The axis, and a lane for each node: who it was, in which term, when it did not run, and what was done to it. */

import type { Bar, Stretch } from '../../space-time-types.ts';
import { s } from '../dom.ts';
import { moment, multiples, timeStep } from '../ticks.ts';
import { atMs, eraOf, eraWords } from './names.ts';
import { bandPx, isInSight, type Picture, type Taken, textPx } from './picture.ts';

/** The least distance between two ticks, px. */
const tickPx = 76;

export function axis(picture: Picture): SVGElement[] {
  const { scale, from, to, x, layout, width } = picture;
  const room = width - layout.left - layout.right;
  const step = timeStep(to - from, tickPx / 2 / room);
  const { axisY, height, left, right } = layout;
  const ticks: SVGElement[] = [];
  let lastX = -Infinity;
  for (const ms of multiples(Math.max(0, scale.ms(from)), scale.ms(to), step)) {
    const at = x(ms);
    if (at - lastX < tickPx || at > width - right - 20 || at < left + 20) continue;
    if (scale.gaps.some((gap) => ms > gap.fromMs && ms < gap.toMs)) continue;
    lastX = at;
    ticks.push(
      s('line', { x1: n(at), x2: n(at), y1: n(axisY + 4), y2: n(height), class: 'tick' }),
      s('text', { x: n(at), y: n(axisY - 2), class: 'ticklabel' }, tickText(ms, step)),
    );
  }
  return [...gapMarks(picture), ...ticks];
}

const tickText = (ms: number, step: number): string =>
  step >= 1000 ? moment(ms, step) : `${Number(ms.toFixed(3))} ms`;

/** Where the axis is squeezed. */
function gapMarks({ scale, x, layout, from, to }: Picture): SVGElement[] {
  const { axisY, height } = layout;
  return scale.gaps
    .filter((gap) => isInSight({ scale, from, to }, gap.fromMs, gap.toMs))
    .flatMap(({ fromMs, toMs }) => {
      const [a, b] = [Math.max(layout.left, x(fromMs)), x(toMs)];
      if (b - a < 2) return [];
      const rect = { x: n(a), width: n(b - a), y: n(axisY + 4), height: n(height - axisY - 4) };
      const words = `${Math.round(toMs - fromMs)} ms`;
      const middle = (a + b) / 2;
      const label =
        b - a < textPx(words, 10)
          ? s('text', { x: n(middle), y: n(axisY + 14), class: 'gaplabel' }, '≈')
          : s('text', { x: n(middle), y: n(axisY + 14), class: 'gaplabel' }, `≈ ${words}`);
      const title = s('title', {}, `${words} in which nothing is shown, squeezed`);
      return [s('g', {}, title, s('rect', { ...rect, class: 'gap' }), label)];
    });
}

export function lanes(picture: Picture, taken: Taken): SVGElement[] {
  const { data, layout } = picture;
  return [...layout.nodes].flatMap(([node, y]) => [
    s('line', {
      x1: n(layout.left),
      x2: n(picture.width - layout.right),
      y1: n(y),
      y2: n(y),
      class: 'life',
    }),
    ...data.stretches
      .filter((one) => one.node === node)
      .flatMap((one) => band(picture, one, y, taken)),
    ...data.bars.filter((one) => one.node === node).flatMap((one) => bar(picture, one, y, taken)),
  ]);
}

interface Clipped {
  readonly left: number;
  readonly right: number;
}

/** Within what is in sight; undefined when it is not. */
function clip(picture: Picture, fromMs: number, toMs: number): Clipped | undefined {
  if (!isInSight(picture, fromMs, toMs)) return undefined;
  const { layout, width, x } = picture;
  const left = Math.max(layout.left, x(fromMs));
  const right = Math.min(width - layout.right, x(toMs));
  return right < left ? undefined : { left, right: Math.max(right, left + 1) };
}

function band(
  picture: Picture,
  { fromMs, toMs, role, term, node }: Stretch,
  y: number,
  taken: Taken,
) {
  const place = clip(picture, fromMs, toMs);
  if (place === undefined) return [];
  const { left, right } = place;
  const { system } = picture.data;
  const long = `${role} · ${eraWords(system, term)}`;
  const room = right - left;
  const text = [long, eraOf(system, term)].find((words) => textPx(words, 12) < room);
  if (text !== undefined) taken.take(left + 4, y - 9, textPx(text, 12), 18);
  const number = picture.thing({
    timeMs: fromMs,
    lines: [`${node}: ${long}`, `from ${atMs(fromMs)} to ${atMs(toMs)}`],
  });
  return [
    s(
      'g',
      { 'data-thing': number },
      s('rect', {
        x: n(left),
        y: n(y - bandPx / 2),
        width: n(room),
        height: n(bandPx),
        class: `band ${role}`,
      }),
      text === undefined
        ? null
        : s('text', { x: n(left + 6), y: n(y + 4), class: `rolename ${role}` }, text),
    ),
  ];
}

function bar(
  picture: Picture,
  { fromMs, toMs, kind, label, words, node }: Bar,
  y: number,
  taken: Taken,
) {
  const place = clip(picture, fromMs, toMs);
  if (place === undefined) return [];
  const { left, right } = place;
  const isOver = kind !== 'fault';
  const top = isOver ? y - bandPx / 2 - 2 : y + bandPx / 2 + 9;
  const rect = {
    x: n(left),
    y: n(top),
    width: n(right - left),
    height: n(isOver ? bandPx + 4 : 11),
  };
  const number = picture.thing({
    timeMs: fromMs,
    lines: [`${node}: ${label}`, words, `from ${atMs(fromMs)} to ${atMs(toMs)}`],
  });
  const text = textPx(label, isOver ? 12 : 10) < right - left ? label.toUpperCase() : '';
  const wide = textPx(text, 14);
  if (text !== '') taken.take((left + right - wide) / 2, top, wide, isOver ? 20 : 11);
  return [
    s(
      'g',
      { 'data-thing': number },
      s('rect', { ...rect, class: `bar ${kind} back` }),
      s('rect', { ...rect, class: `bar ${kind}` }),
      s(
        'text',
        {
          x: n(isOver ? (left + right) / 2 : left + 4),
          y: n(top + (isOver ? 16 : 9)),
          class: `barlabel ${kind}`,
        },
        text,
      ),
    ),
  ];
}

/** Names of lanes, over whatever reaches into their column. */
export function names({ layout, data }: Picture): SVGElement[] {
  const { left, height, axisY, rows, rowPx } = layout;
  const back = { x: '0', y: n(axisY - 16), width: n(left - 1), height: n(height - axisY + 20) };
  const nodes = [...layout.nodes].map(([node, y]) =>
    s('text', { x: n(left - 10), y: n(y + 5), class: 'name' }, node),
  );
  const clients = rows.flatMap(({ node, y }, i) =>
    rows[i - 1]?.node === node
      ? []
      : [
          s(
            'text',
            { x: n(left - 10), y: n(y + Math.min(13, rowPx)), class: 'clients' },
            `${left < 90 ? '' : 'clients · '}${node}`,
          ),
        ],
  );
  const at = rows[0] === undefined ? [] : [rows[0].y - 12];
  const rules = at.map((y) =>
    s('line', { x1: '0', x2: '100%', y1: n(y), y2: n(y), class: 'rule' }),
  );
  return [s('rect', { ...back, class: 'column' }), ...rules, ...nodes, ...clients].filter(
    () => data.nodes.length > 0,
  );
}

/** A number for an attribute. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);

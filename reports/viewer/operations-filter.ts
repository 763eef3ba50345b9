/** Which operations are shown: switches for outcomes and for what was asked, which are the legend as well. */

import { grouped } from '../text.ts';
import { type OperationColumns, outcomeNames } from '../types.ts';
import { h, s } from './dom.ts';
import { addShape, type ShapeName, shapeOf } from './shapes.ts';

export interface OperationsFilter {
  readonly element: HTMLElement;
  /** By place in the names. */
  readonly outcomes: readonly boolean[];
  readonly fs: readonly boolean[];
}

const meanings = ['succeeded', 'did not happen', 'outcome unknown'] as const;

/** The shape as SVG path data. */
function pathData(shape: ShapeName, r: number): string {
  const parts: string[] = [];
  addShape(
    {
      moveTo: (x, y) => parts.push(`M${x} ${y}`),
      lineTo: (x, y) => parts.push(`L${x} ${y}`),
      closePath: () => parts.push('Z'),
      rect: (x, y, w, height) => parts.push(`M${x} ${y}h${w}v${height}h${-w}Z`),
      arc: (x, y, radius) =>
        parts.push(
          `A${radius} ${radius} 0 1 1 ${x - radius} ${y}A${radius} ${radius} 0 1 1 ${x + radius} ${y}Z`,
        ),
    },
    shape,
    0,
    0,
    r,
  );
  return parts.join('');
}

const icon = (shape: ShapeName, className: string): SVGSVGElement =>
  s(
    'svg',
    { viewBox: '-8 -8 16 16', class: 'icon', 'aria-hidden': 'true' },
    s('path', { d: pathData(shape, 4.6), class: className }),
  );

function counts(values: Uint8Array | Uint16Array, names: number): number[] {
  const found = Array.from({ length: names }, () => 0);
  for (const value of values) found[value] = (found[value] ?? 0) + 1;
  return found;
}

/** A button that switches one place of `on`. */
function toggle(on: boolean[], at: number, changed: () => void, ...label: (Node | string)[]) {
  const button = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'true' }, ...label);
  button.addEventListener('click', () => {
    on[at] = !on[at];
    button.setAttribute('aria-pressed', String(on[at]));
    changed();
  });
  return button;
}

export function operationsFilter(
  operations: OperationColumns,
  changed: () => void,
): OperationsFilter {
  const outcomes = outcomeNames.map(() => true);
  const fs = operations.fNames.map(() => true);
  const byOutcome = counts(operations.outcome, outcomeNames.length);
  const byF = counts(operations.f, operations.fNames.length);
  const count = (value: number | undefined) => h('span', { class: 'count' }, grouped(value ?? 0));
  const outcomeButtons = outcomeNames.map((name, at) =>
    toggle(
      outcomes,
      at,
      changed,
      icon('circle', `mark-${name}`),
      h('b', {}, name),
      ` ${meanings[at] ?? ''} `,
      count(byOutcome[at]),
    ),
  );
  const fButtons = operations.fNames.map((name, at) =>
    toggle(fs, at, changed, icon(shapeOf(at), 'mark-f'), h('b', {}, name), ' ', count(byF[at])),
  );
  const element = h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'Which operations are shown' },
    ...outcomeButtons,
    h('span', { class: 'gap' }),
    ...fButtons,
  );
  return { element, outcomes, fs };
}

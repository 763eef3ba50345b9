/** What is shown of the data, where lanes are, and where a moment is: shared by everything that draws. */

import type { Arrow, Mark, MarkKind, SpaceTime } from '../../space-time-types.ts';
import type { EvidenceOperation } from '../../types.ts';
import { calloutsPx } from './callout-text.ts';
import type { Scale } from './scale.ts';

/** Filters of the reader. */
export interface Shown {
  /** Messages by kind that are hidden. */
  readonly messages: ReadonlySet<string>;
  readonly marks: ReadonlySet<MarkKind>;
  readonly nodes: ReadonlySet<string>;
}

/** Something that can be pointed at. */
export interface Thing {
  readonly timeMs: number;
  /** The first is a heading. */
  readonly lines: readonly string[];
}

export interface Picture {
  readonly data: SpaceTime;
  readonly scale: Scale;
  /** What of the axis is in sight. */
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly layout: Layout;
  readonly shown: Shown;
  readonly x: (ms: number) => number;
  /** Takes something that can be pointed at, and gives its number. */
  readonly thing: (thing: Thing) => string;
}

export interface Row {
  readonly node: string;
  readonly y: number;
  readonly operations: readonly EvidenceOperation[];
}

export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly axisY: number;
  /** Middle of each node's band. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly rows: readonly Row[];
  readonly rowPx: number;
  readonly height: number;
}

export const bandPx = 20;
const rightPx = 18;

/** How long an operation with an unknown end keeps its row, ms. */
const openMs = 30;

/** Lanes from top to bottom: callouts, axis, nodes, clients of each node. */
export function layoutOf(data: SpaceTime, hidden: ReadonlySet<string>, width: number): Layout {
  const left = width < 700 ? 64 : 96;
  const said = data.contradictions.map(({ words }) => words);
  const axisY = calloutsPx(said, width - left - rightPx) + 30;
  const names = data.nodes.filter((node) => !hidden.has(node));
  const gap = names.length <= 3 ? 112 : names.length <= 5 ? 92 : 70;
  const nodes = new Map(names.map((node, i) => [node, axisY + 62 + i * gap]));
  const packed = names.flatMap((node) => pack(data.operations, node));
  const rowPx = packed.length <= 9 ? 24 : packed.length <= 16 ? 15 : 9;
  const firstY = axisY + 62 + (names.length - 1) * gap + 66;
  const rows = packed.map((row, i) => ({ ...row, y: firstY + i * rowPx }));
  const height = firstY + rows.length * rowPx;
  return { left, right: rightPx, axisY, nodes, rows, rowPx, height };
}

/** Operations at this node in as few rows as there are at once. */
function pack(operations: readonly EvidenceOperation[], node: string) {
  const rows: { readonly node: string; readonly operations: EvidenceOperation[]; until: number }[] =
    [];
  for (const operation of operations) {
    if (operation.node !== node) continue;
    let row = rows.find(({ until }) => until < operation.startMs);
    if (row === undefined) {
      row = { node, operations: [], until: 0 };
      rows.push(row);
    }
    row.operations.push(operation);
    row.until = operation.endMs ?? operation.startMs + openMs;
  }
  return rows.map(({ operations: inRow }) => ({ node, operations: inRow }));
}

export const isArrowShown = ({ messages, nodes }: Shown, arrow: Arrow): boolean =>
  !nodes.has(arrow.from) &&
  !nodes.has(arrow.to) &&
  (!messages.has(arrow.message) || arrow.chain === true);

export const isMarkShown = ({ marks, nodes }: Shown, mark: Mark): boolean =>
  !nodes.has(mark.node) && (!marks.has(mark.kind) || mark.contradicts !== undefined);

/** Whether any of this time is in sight. */
export const isInSight = (
  { scale, from, to }: Pick<Picture, 'scale' | 'from' | 'to'>,
  fromMs: number,
  toMs: number,
): boolean => scale.units(toMs) >= from && scale.units(fromMs) <= to;

/** Places of labels that were taken already: no label may hide another. */
export class Taken {
  readonly #boxes: (readonly [x0: number, y0: number, x1: number, y1: number])[] = [];

  /** Takes the place if it is free. */
  take(x: number, y: number, width: number, height: number): boolean {
    const [x1, y1] = [x + width, y + height];
    const isFree = this.#boxes.every(([a, b, c, d]) => x1 <= a || x >= c || y1 <= b || y >= d);
    if (isFree) this.#boxes.push([x, y, x1, y1]);
    return isFree;
  }
}

/** About how wide a text of the diagram is, px: SVG text cannot be measured before it is shown. */
export const textPx = (text: string, px = 11): number => text.length * px * 0.56 + 4;

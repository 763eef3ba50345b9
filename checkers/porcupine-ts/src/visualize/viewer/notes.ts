/** Annotations: rows above the operations, as many as there are, of which some are in sight. */

import type { AnnotationData } from '../page-data.ts';
import type { Layout } from './layout.ts';
import type { State } from './state.ts';
import { font, type Theme } from './theme.ts';

const rowHeight = 22;
/** Rows in sight; the others are scrolled to. */
const rowsShownMax = 8;
/** Of text in rows, about. */
const characterPx = 6;

interface Note {
  readonly data: AnnotationData;
  from: number;
  to: number;
}

interface Row {
  /** Empty for further rows of the same name, for those that overlap. */
  readonly name: string;
  readonly notes: readonly Note[];
}

const endOf = ({ end }: AnnotationData): number => end ?? Infinity;

/** A row for each name; further ones where two of a name would lie on each other. */
function rowsOf(annotations: readonly AnnotationData[]): readonly Row[] {
  const rows: Row[] = [];
  for (const [name, all] of Map.groupBy(annotations, ({ row }) => row)) {
    const own: { until: number; notes: Note[] }[] = [];
    for (const data of all.toSorted((a, b) => a.start - b.start)) {
      let row = own.find(({ until }) => until <= data.start);
      if (row === undefined) {
        row = { until: -Infinity, notes: [] };
        own.push(row);
      }
      row.until = endOf(data);
      row.notes.push({ data, from: 0, to: 0 });
    }
    for (const [nth, { notes }] of own.entries())
      rows.push({ name: nth === 0 ? name : '″', notes });
  }
  return rows;
}

export class Notes {
  readonly #state: State;
  readonly #rows: readonly Row[];
  #top = 0;
  /** What the places of notes were computed for. */
  #placed: Layout | undefined;

  constructor(state: State) {
    this.#state = state;
    this.#rows = rowsOf(state.page.annotations);
  }

  /** Px of the rows in sight. */
  get height(): number {
    return Math.min(rowsShownMax, this.#rows.length) * rowHeight;
  }

  /** False when there was nothing left to scroll. */
  scroll(pixels: number): boolean {
    const before = this.#top;
    const most = this.#rows.length * rowHeight - this.height;
    this.#top = Math.max(0, Math.min(most, this.#top + pixels));
    return this.#top !== before;
  }

  /** One row up or down. */
  scrollRows(by: number): boolean {
    return this.scroll(by * rowHeight);
  }

  at(x: number, y: number): AnnotationData | undefined {
    const { view } = this.#state;
    const place = view.at(x);
    const near = 4 / view.pixelsPerUnit;
    this.#place();
    const row = this.#rows[Math.floor((y + this.#top) / rowHeight)];
    return row?.notes.findLast(({ from, to }) => from - near <= place && place <= to + near)?.data;
  }

  drawNames(name: (text: string, y: number) => void): void {
    for (const [row, y] of this.#shown()) name(row.name, y + 12);
  }

  /** Behind the operations, down to `bottom`. */
  drawBands(ctx: CanvasRenderingContext2D, theme: Theme, bottom: number): void {
    this.#place();
    const { view } = this.#state;
    ctx.fillStyle = theme.band;
    for (const { notes } of this.#rows) {
      for (const { data, from, to } of notes) {
        if (!data.isShaded || to < view.from || from > view.to) continue;
        const x = Math.max(-4, view.x(from));
        ctx.fillRect(x, this.height, Math.max(2, view.x(to) - x), bottom - this.height);
      }
    }
  }

  draw(ctx: CanvasRenderingContext2D, theme: Theme): void {
    this.#place();
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, this.#state.view.pixels, this.height);
    ctx.clip();
    ctx.font = font(11);
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    for (const [row, y] of this.#shown()) this.#row(ctx, theme, row, y);
    ctx.restore();
  }

  /** How far down the rows are, beside them, when they are more than there is room for. */
  drawScrollbar(ctx: CanvasRenderingContext2D, theme: Theme, x: number): void {
    const all = this.#rows.length * rowHeight;
    if (all <= this.height) return;
    const height = Math.max(16, (this.height / all) * this.height);
    const y = (this.#top / (all - this.height)) * (this.height - height);
    ctx.fillStyle = theme['band-edge'];
    ctx.fillRect(x, y, 4, height);
  }

  *#shown(): Generator<readonly [Row, number]> {
    const first = Math.floor(this.#top / rowHeight);
    for (let at = first; at <= first + rowsShownMax; at += 1) {
      const row = this.#rows[at];
      if (row !== undefined) yield [row, at * rowHeight - this.#top];
    }
  }

  #row(ctx: CanvasRenderingContext2D, theme: Theme, { notes }: Row, y: number): void {
    const { view } = this.#state;
    let drawnTo = -Infinity;
    for (const [nth, { data, from, to }] of notes.entries()) {
      if (to < view.from && from !== to) continue;
      if (from > view.to) break;
      const x = Math.max(-4, view.x(from));
      const end = Math.max(x + 2, Math.min(view.pixels + 4, view.x(to)));
      if (end < 0 || end <= drawnTo + 0.5) continue;
      drawnTo = end;
      ctx.fillStyle = theme['band-edge'];
      // A gap tells one from the next.
      ctx.fillRect(x, y + 3, Math.max(2, end - x - 1), rowHeight - 5);
      const next = notes[nth + 1];
      const isMoment = from === to;
      // The words of a moment stand beside it.
      const room = isMoment ? (next === undefined ? view.pixels : view.x(next.from)) : end;
      words(ctx, theme, { text: data.text, x: Math.max(x, 0) + 5, end: room, y: y + 12 });
    }
  }

  #place(): void {
    const { layout } = this.#state;
    if (this.#placed === layout) return;
    this.#placed = layout;
    for (const { notes } of this.#rows) {
      for (const note of notes) Object.assign(note, layout.place(note.data));
    }
  }
}

function words(
  ctx: CanvasRenderingContext2D,
  theme: Theme,
  { text, x, end, y }: { text: string; x: number; end: number; y: number },
): void {
  const room = Math.floor((end - x) / characterPx);
  if (room < 3) return;
  ctx.fillStyle = theme.ink;
  ctx.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, x, y, end - x);
}

/** The stretch of time that every chart shows, and the moment the pointer is at. All charts share one. */

export interface TimeView {
  readonly durationMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Where the pointer is, on any chart. */
  readonly cursorMs: number | null;
  readonly zoomed: boolean;
  /** Shows [from, to], kept inside the run and not narrower than can be told apart. */
  show(fromMs: number, toMs: number): void;
  /** Factor below 1 zooms in. */
  zoom(factor: number, aroundMs: number): void;
  /** Moves by a share of what is shown. */
  pan(share: number): void;
  readonly reset: () => void;
  point(atMs: number | null): void;
  /** Called at most once per frame: with `range` true when the stretch changed, false when only the pointer moved. */
  onChange(listener: (range: boolean) => void): void;
}

/** A microsecond is finer than anything a history says. */
const narrowestMs = 0.001;

export function timeView(durationMs: number): TimeView {
  const listeners: ((range: boolean) => void)[] = [];
  let fromMs = 0;
  let toMs = durationMs;
  let cursorMs: number | null = null;
  let pending: 'nothing' | 'cursor' | 'range' = 'nothing';
  const changed = (what: 'cursor' | 'range'): void => {
    if (pending === 'nothing') {
      requestAnimationFrame(() => {
        const range = pending === 'range';
        pending = 'nothing';
        for (const listener of listeners) listener(range);
      });
    }
    if (pending !== 'range') pending = what;
  };
  const view: TimeView = {
    durationMs,
    get fromMs() {
      return fromMs;
    },
    get toMs() {
      return toMs;
    },
    get cursorMs() {
      return cursorMs;
    },
    get zoomed() {
      return fromMs > 0 || toMs < durationMs;
    },
    show(from, to) {
      const width = Math.min(durationMs, Math.max(narrowestMs, to - from));
      fromMs = Math.max(0, Math.min(from, durationMs - width));
      toMs = fromMs + width;
      changed('range');
    },
    zoom(factor, around) {
      view.show(around - (around - fromMs) * factor, around + (toMs - around) * factor);
    },
    pan(share) {
      const step = (toMs - fromMs) * share;
      view.show(fromMs + step, toMs + step);
    },
    reset: () => view.show(0, durationMs),
    point(at) {
      if (at === cursorMs) return;
      cursorMs = at;
      changed('cursor');
    },
    onChange: (listener) => listeners.push(listener),
  };
  return view;
}

/** Pointer, wheel and keys of the diagram and its strip. */

import type { Tooltip } from '../tooltip.ts';
import { unitsAt } from './overview.ts';
import type { Picture, Thing } from './picture.ts';
import type { View } from './view.ts';

export interface GestureParts {
  readonly stage: HTMLElement;
  readonly strip: HTMLElement;
  readonly view: View;
  readonly tip: Tooltip;
  readonly picture: () => Picture | undefined;
  readonly things: () => readonly Thing[];
  readonly select: (thing: Thing | undefined) => void;
  readonly go: (timeMs: number) => void;
  readonly home: () => void;
}

export function gestures(parts: GestureParts): void {
  hovering(parts);
  wheeling(parts);
  dragging(parts);
  keys(parts);
  stripping(parts);
}

/** The thing under the pointer. */
function thingAt(event: Event, things: readonly Thing[]): Thing | undefined {
  const element = event.target instanceof Element ? event.target.closest('[data-thing]') : null;
  const number = element?.getAttribute('data-thing');
  return number === null || number === undefined ? undefined : things[Number(number)];
}

function hovering({ stage, tip, things, select }: GestureParts): void {
  stage.addEventListener('pointermove', (event) => {
    const thing = event.buttons === 0 ? thingAt(event, things()) : undefined;
    tip.show(
      thing === undefined ? null : { x: event.clientX, y: event.clientY, lines: thing.lines },
    );
  });
  stage.addEventListener('pointerleave', () => tip.show(null));
  stage.addEventListener('click', (event) => {
    const thing = thingAt(event, things());
    if (thing !== undefined) select(thing);
  });
}

/** Units under the pointer. */
function under({ stage, view, picture }: GestureParts, clientX: number): number {
  const now = picture();
  if (now === undefined) return view.from;
  const { layout, width } = now;
  const share =
    (clientX - stage.getBoundingClientRect().left - layout.left) /
    (width - layout.left - layout.right);
  return view.from + Math.max(0, Math.min(1, share)) * (view.to - view.from);
}

function wheeling(parts: GestureParts): void {
  const { stage, view } = parts;
  stage.addEventListener(
    'wheel',
    (event) => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const by = event.deltaX + event.deltaY;
      if (isSideways) view.pan(by / 800);
      else view.zoom(under(parts, event.clientX), Math.exp(event.deltaY / 400));
      event.preventDefault();
    },
    { passive: false },
  );
}

function dragging(parts: GestureParts): void {
  const { stage, view } = parts;
  let last: number | undefined;
  stage.addEventListener('pointerdown', (event) => {
    if (event.button === 0) last = event.clientX;
  });
  addEventListener('pointerup', () => {
    last = undefined;
  });
  addEventListener('pointermove', (event) => {
    const now = parts.picture();
    if (last === undefined || now === undefined || event.buttons === 0) return;
    const room = now.width - now.layout.left - now.layout.right;
    view.pan((last - event.clientX) / room);
    last = event.clientX;
  });
}

/** By time; at the same time in any order that stays. */
function inOrder(a: Thing, b: Thing): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  const [one, other] = [a.lines.join(), b.lines.join()];
  return one < other ? -1 : one > other ? 1 : 0;
}

function keys({ stage, view, go, home, picture, things, select, tip }: GestureParts): void {
  let last: Thing | undefined;
  const step = (way: 1 | -1): void => {
    const now = picture();
    if (now === undefined) return;
    const [fromMs, toMs] = [now.scale.ms(now.from), now.scale.ms(now.to)];
    const inSight = things()
      .filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
      .sort(inOrder);
    const isBeyond = last === undefined || last.timeMs < fromMs || last.timeMs > toMs;
    const before = isBeyond ? undefined : last;
    const after = (thing: Thing): boolean =>
      before === undefined || inOrder(thing, before) * way > 0;
    const next = way > 0 ? inSight.find(after) : inSight.findLast(after);
    if (next === undefined) return view.pan(0.5 * way);
    last = next;
    select(next);
    const box = stage.getBoundingClientRect();
    const x = box.left + now.x(next.timeMs);
    tip.show({ x, y: box.top + now.layout.axisY, lines: next.lines });
  };
  const middle = (): number => (view.from + view.to) / 2;
  const clash = (number: number) => (): void => {
    const one = picture()?.data.contradictions[number - 1];
    if (one !== undefined) go(one.timeMs);
  };
  const acts: Readonly<Record<string, () => void>> = {
    '+': () => view.zoom(middle(), 1 / 1.6),
    '=': () => view.zoom(middle(), 1 / 1.6),
    '-': () => view.zoom(middle(), 1.6),
    ArrowLeft: () => view.pan(-0.2),
    ArrowRight: () => view.pan(0.2),
    Home: home,
    '0': () => view.show(0, picture()?.scale.endUnits ?? 1),
    '1': clash(1),
    '2': clash(2),
    n: () => step(1),
    p: () => step(-1),
    Escape: () => tip.show(null),
  };
  stage.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]?.();
  });
}

/** A click or a drag on the strip brings that part into sight. */
function stripping({ strip, view, picture }: GestureParts): void {
  const centre = (event: PointerEvent): void => {
    const now = picture();
    if (now === undefined || event.buttons === 0) return;
    const at = unitsAt(now, event.clientX - strip.getBoundingClientRect().left);
    const half = (view.to - view.from) / 2;
    view.show(at - half, at + half);
  };
  strip.addEventListener('pointerdown', centre);
  strip.addEventListener('pointermove', centre);
}

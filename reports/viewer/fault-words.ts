/** What faults are called in the page, and how they look: a texture for each kind, because colours alone are not for everyone. */

import type { FaultFigures } from '#src/metrics/types';
import { nameOf } from '../fault-name.ts';
import type { Frame } from './chart.ts';

/** A fault with its number, the same in the chart and in the table. */
export interface NumberedFault {
  readonly number: number;
  readonly fault: FaultFigures;
}

/** In order of time. Those that never took effect have a number too, but no place in the charts. */
export const numbered = (faults: readonly FaultFigures[]): NumberedFault[] =>
  [...faults].sort((a, b) => a.startMs - b.startMs).map((fault, at) => ({ number: at + 1, fault }));

export const tookEffect = ({ fault }: NumberedFault): boolean => fault.outcome.kind === 'installed';

/** `n1, n4`; a dash for nobody. */
export const namesOf = (nodes: readonly string[]): string =>
  nodes.length === 0 ? '–' : nodes.join(', ');

/** `3 kill leader (n2)`. */
export function titleOf({ number, fault }: NumberedFault): string {
  const { target, resolved } = fault;
  const who =
    resolved.length === 0 || resolved.join(',') === target ? '' : ` (${namesOf(resolved)})`;
  return `${number} ${nameOf(fault)} ${target}${who}`;
}

const states = new Map([
  ['kill', 'killed'],
  ['partition', 'cut off'],
  ['pause', 'paused'],
  ['flapping', 'flapping'],
  ['slow-link', 'far away'],
  ['loss', 'losing'],
  ['bandwidth', 'throttled'],
  ['slicer', 'in crumbs'],
  ['reset', 'reset'],
  ['client-cut', 'no clients'],
  ['slow-cpu', 'slow'],
]);

/** What a node is while this kind of fault is on it. */
export const stateOf = (kind: string): string => states.get(kind) ?? kind;

type Texture = 'cross' | 'diagonal' | 'upright' | 'dots';

const textures = new Map<string, Texture>([
  ['kill', 'cross'],
  ['partition', 'diagonal'],
  ['pause', 'upright'],
  ['slow-cpu', 'upright'],
  ['flapping', 'diagonal'],
  ['client-cut', 'diagonal'],
]);

function lines(context: CanvasRenderingContext2D, texture: Texture, size: number): void {
  const line = (x0: number, y0: number, x1: number, y1: number): void => {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  };
  context.beginPath();
  if (texture === 'upright') line(size / 2, 0, size / 2, size);
  if (texture === 'diagonal' || texture === 'cross') {
    line(-1, size + 1, size + 1, -1);
    line(-1, 1, 1, -1);
    line(size - 1, size + 1, size + 1, size - 1);
  }
  if (texture === 'cross') {
    line(-1, -1, size + 1, size + 1);
    line(-1, size - 1, 1, size + 1);
    line(size - 1, -1, size + 1, 1);
  }
  if (texture === 'dots') context.rect(size / 2 - 1, size / 2 - 1, 2, 2);
  context.stroke();
}

/** A fill for the area of a fault of this kind. */
export function textureOf(kind: string, frame: Frame): CanvasPattern | string {
  const scale = devicePixelRatio || 1;
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = size * scale;
  tile.height = size * scale;
  const context = tile.getContext('2d');
  if (context === null) return frame.theme.fault;
  context.scale(scale, scale);
  context.strokeStyle = frame.theme.fault;
  context.lineWidth = 1.2;
  lines(context, textures.get(kind) ?? 'dots', size);
  const pattern = frame.context.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern ?? frame.theme.fault;
}

/** Shades the times of faults behind a chart. */
export function drawBands(frame: Frame, faults: readonly NumberedFault[]): void {
  const { context, theme, top, bottom, left, right } = frame;
  for (const { fault } of faults.filter(tookEffect)) {
    const from = Math.max(left, frame.x(fault.startMs));
    const to = Math.min(right, frame.x(fault.endMs));
    if (to <= left || from >= right) continue;
    context.fillStyle = theme.band;
    context.fillRect(from, top, Math.max(1, to - from), bottom - top);
    context.fillStyle = theme['band-edge'];
    context.fillRect(Math.round(from), top, 1, bottom - top);
  }
}

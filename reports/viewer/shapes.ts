/** Marks for operations: the shape says what was asked, colour and filling say how it ended. */

import type { OutcomeName } from '../types.ts';

export const shapeNames = ['circle', 'square', 'triangle', 'diamond', 'wedge', 'bar'] as const;
export type ShapeName = (typeof shapeNames)[number];

/** The shape of the operation at this place of the names. */
export const shapeOf = (f: number): ShapeName => shapeNames[f % shapeNames.length] ?? 'circle';

type Path = Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo' | 'closePath' | 'rect' | 'arc'>;

function polygon(path: Path, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], at) => {
    if (at === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  path.closePath();
}

/** Adds the outline of a shape with radius `r` around a point. All look equally heavy. */
export function addShape(path: Path, shape: ShapeName, x: number, y: number, r: number): void {
  switch (shape) {
    case 'circle':
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
      return;
    case 'square':
      path.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
      return;
    case 'triangle':
      return polygon(path, [
        [x, y - r * 1.2],
        [x + r * 1.15, y + r * 0.8],
        [x - r * 1.15, y + r * 0.8],
      ]);
    case 'diamond':
      return polygon(path, [
        [x, y - r * 1.25],
        [x + r * 1.25, y],
        [x, y + r * 1.25],
        [x - r * 1.25, y],
      ]);
    case 'wedge':
      return polygon(path, [
        [x, y + r * 1.2],
        [x + r * 1.15, y - r * 0.8],
        [x - r * 1.15, y - r * 0.8],
      ]);
    case 'bar':
      path.rect(x - r * 0.5, y - r * 1.2, r, r * 2.4);
  }
}

/** Paints what was added: successes are filled, the others are outlines; what is unknown has a dashed one. */
export function paint(
  context: CanvasRenderingContext2D,
  path: Path2D,
  outcome: OutcomeName,
  color: string,
): void {
  if (outcome === 'ok') {
    context.fillStyle = color;
    context.globalAlpha = 0.75;
    context.fill(path);
    context.globalAlpha = 1;
    return;
  }
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash(outcome === 'info' ? [2.2, 1.6] : []);
  context.stroke(path);
  context.setLineDash([]);
}

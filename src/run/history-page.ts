/** A checked history as a page of porcupine-ts, with the faults and whatever else the nemesis wrote down. */

import { type Annotation, visualize } from 'porcupine-ts';
import type { LinearizableEvidence } from '#checkers/linearizable';
import type { History, Operation } from '../history/operation.ts';

const healing = 'heal-';

const get = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const words = (value: unknown): string =>
  value === undefined || value === null ? '' : ` ${JSON.stringify(value)}`;

/** `kill leader (n1)`. */
function faultText({ f, value }: Operation): string {
  const target = get(value, 'target');
  const resolved = get(value, 'resolved');
  const who = Array.isArray(resolved) && resolved.length > 0 ? ` (${resolved.join(', ')})` : '';
  return `${f}${typeof target === 'string' ? ` ${target}` : ''}${who}`;
}

/** From the line that reports a fault to the line that reports its healing. One that never took effect is a moment. */
function fault(op: Operation, healedAt: ReadonlyMap<unknown, number>): Annotation {
  const outcome = get(get(op.value, 'outcome'), 'kind') ?? 'installed';
  const about = { row: 'faults', start: op.index };
  if (outcome !== 'installed') {
    return { ...about, text: `${faultText(op)}:${words(outcome)}` };
  }
  return { ...about, text: faultText(op), end: healedAt.get(get(op.value, 'index')) ?? Infinity };
}

/** The lines of the nemesis: faults of a schedule as stretches, anything else as moments. Times are positions. */
export function annotationsOf(history: History): readonly Annotation[] {
  const lines = history.filter((op) => op.process === 'nemesis' && op.type !== 'invoke');
  const place = (op: Operation): unknown => get(op.value, 'index');
  const isHealing = (op: Operation): boolean => op.f.startsWith(healing);
  const healedAt = new Map(lines.filter(isHealing).map((op) => [place(op), op.index]));
  return lines
    .filter((op) => place(op) === undefined || !isHealing(op))
    .map((op) =>
      place(op) === undefined
        ? { row: 'nemesis', text: `${op.f}${words(op.value)}`, start: op.index }
        : fault(op, healedAt),
    );
}

/** One self-contained HTML file. */
export function historyPage(
  title: string,
  history: History,
  { model, intervals, result }: LinearizableEvidence,
): string {
  // Formats without times have the position instead.
  const hasTimes = history.some(({ time, index }) => time !== index);
  const last = history.length - 1;
  const of = (index: number): number =>
    (history[Math.min(last, Math.max(0, Math.round(index)))]?.time ?? 0) / 1e6;
  return visualize(model, intervals, result, {
    title,
    annotations: annotationsOf(history),
    ...(hasTimes ? { clock: { unit: 'ms', of } } : {}),
  });
}

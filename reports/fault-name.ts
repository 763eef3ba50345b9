/** What a fault and its recovery are called in every report. */

import type { FaultFigures } from '#src/metrics/types';
import { duration } from './text.ts';

/** `kill`, `kill (rolling)`, `partition (halves)`: the shape says who else was cut, unless it is only the targets. */
export function nameOf({ kind, parameters }: Pick<FaultFigures, 'kind' | 'parameters'>): string {
  const of = (name: string): unknown =>
    typeof parameters === 'object' && parameters !== null
      ? Reflect.get(parameters, name)
      : undefined;
  const shape = of('shape') ?? of('pattern');
  const isUsual = typeof shape !== 'string' || shape === 'isolate' || shape === 'once';
  return isUsual ? kind : `${kind} (${shape})`;
}

/** `274 ms`; `274 ms without n3` where that was given up for good; `never`. */
export function recoveryOf({ recoveryMs, givenUp = [] }: FaultFigures): string {
  if (recoveryMs === null) return 'never';
  const without = givenUp.length === 0 ? '' : ` without ${givenUp.join(', ')}`;
  return `${duration(recoveryMs)}${without}`;
}

/** `latencyMs: 20` is `latency 20 ms`; pairs of nodes are `n1–n3`. */
function parameterOf(name: string, value: unknown): string {
  const words = name
    .replace(/Ms$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
  return `${words} ${worded(value)}${name.endsWith('Ms') ? ' ms' : ''}`;
}

function worded(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return value
    .map((one: unknown) => (Array.isArray(one) ? one.map(worded).join('–') : worded(one)))
    .join(', ');
}

/** Parameters but for the kind: `shape isolate, style hold`. */
export function parametersOf({ parameters }: Pick<FaultFigures, 'parameters'>): string {
  if (typeof parameters !== 'object' || parameters === null) return '';
  return Object.entries(parameters)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => parameterOf(name, value))
    .join(', ');
}

/** Nodes in the order given, three or more in a row as one: `n1–n3`, `n5`. */
export function rangesOf(nodes: readonly string[]): string[] {
  const runs: string[][] = [];
  for (const node of nodes) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && follows(last, node)) run.push(node);
    else runs.push([node]);
  }
  return runs.flatMap((run) => (run.length < 3 ? run : [`${run[0] ?? ''}–${run.at(-1) ?? ''}`]));
}

/** `n3` after `n2`. */
const follows = (node: string, next: string): boolean =>
  next !== node && next === node.replace(/\d+$/, (number) => String(Number(number) + 1));

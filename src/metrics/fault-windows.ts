/**
 * Faults out of the nemesis's own lines in a history, so that a run can be measured again from its folder alone:
 *
 *     invoke kill | info kill (outcome, resolved) ........ invoke heal-kill | info heal-kill
 *                   startNs                                                  endNs
 */

import type { History, Operation } from '../history/operation.ts';
import type { FaultWindow } from './faults.ts';
import type { PlayedFault } from './progress.ts';
import type { FaultFigures } from './types.ts';

const healing = 'heal-';

const get = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

const names = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** What is not understood counts as failed: better a fault too few in the figures than one that never was. */
function outcomeOf(value: unknown): FaultFigures['outcome'] {
  const kind = get(value, 'kind');
  if (kind === 'installed') return { kind };
  if (kind === 'skipped') return { kind, reason: text(get(value, 'reason'), 'no reason recorded') };
  return { kind: 'failed', error: text(get(value, 'error'), 'no outcome recorded') };
}

/** Of nodes that were given up for good, which the history says in lines of their own. */
const givenUpIn = (history: History): readonly string[] => [
  ...new Set(
    history.flatMap(({ process, f, node }) =>
      process === 'nemesis' && f === 'node-lost' && node !== undefined ? [node] : [],
    ),
  ),
];

function windowOf(op: Operation, endNs: number, givenUp: readonly string[]): FaultWindow {
  const parameters = get(op.value, 'parameters');
  const leader = get(op.value, 'leader');
  const hit = get(op.value, 'hit');
  return {
    kind: op.f,
    target: text(get(op.value, 'target'), '?'),
    resolved: names(get(op.value, 'resolved')),
    ...(hit === undefined ? {} : { hit: names(hit) }),
    ...(typeof leader === 'string' ? { leader } : {}),
    startNs: op.time,
    endNs,
    outcome: outcomeOf(get(op.value, 'outcome')),
    ...(parameters === undefined ? {} : { parameters }),
    ...(givenUp.length === 0 ? {} : { givenUp }),
  };
}

/**
 * One window per `info` line that reports an injection, in order of time. Ends at the `info` of its healing; at the end of
 * the history when it was not seen healed; at its own start when it was skipped. Lines without a place in the schedule
 * (`value.index`) are not faults and are passed over.
 */
export function faultWindowsOf(history: History): FaultWindow[] {
  const historyEndNs = history.at(-1)?.time ?? 0;
  const givenUp = givenUpIn(history);
  const healed = new Map<unknown, number>();
  const injected: Operation[] = [];
  for (const op of history) {
    if (op.process !== 'nemesis' || op.type !== 'info') continue;
    const place = get(op.value, 'index');
    if (place === undefined) continue;
    if (op.f.startsWith(healing)) healed.set(place, op.time);
    else injected.push(op);
  }
  return injected.map((op) => {
    const never = get(get(op.value, 'outcome'), 'kind') === 'skipped' ? op.time : historyEndNs;
    return windowOf(op, healed.get(get(op.value, 'index')) ?? never, givenUp);
  });
}

/**
 * The same, for what may be asked of a cluster under faults: a fault counts from the moment at which its injection *began*, because
 * from then on it may have been felt, and of nodes that ended by themselves or were given up nothing is asked any more.
 */
export function playedFaultsOf(history: History): PlayedFault[] {
  const begun = new Map<unknown, number>();
  const details = new Map<unknown, unknown>();
  const gone: PlayedFault[] = [];
  for (const op of history) {
    if (op.process !== 'nemesis') continue;
    if ((op.f === 'node-exit' || op.f === 'node-lost') && op.node !== undefined) {
      gone.push({
        resolved: [op.node],
        startNs: op.time,
        endNs: Number.POSITIVE_INFINITY,
        outcome: { kind: 'installed' },
      });
    }
    const place = get(op.value, 'index');
    if (place === undefined || op.f.startsWith(healing)) continue;
    if (op.type === 'invoke') begun.set(place, op.time);
    else details.set(place, get(op.value, 'detail'));
  }
  const places = [...details.keys()];
  const windows = faultWindowsOf(history).map((window, i) => {
    const place = places[i];
    const startNs = begun.get(place) ?? window.startNs;
    return { ...window, startNs, detail: details.get(place) };
  });
  return [...windows, ...gone];
}

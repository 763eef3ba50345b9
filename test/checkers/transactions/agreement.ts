/** Does a checker say what the oracle says? One random history at a time. */

import assert from 'node:assert/strict';
import { listAppend } from '#checkers/list-append';
import { rwRegister } from '#checkers/rw-register';
import type { TransactionsResult } from '#checkers/transactions/judge';
import type { History } from '#src/history/operation';
import { pick, type Random } from '#src/random/random';
import { isPossible, type Semantics } from './oracle.ts';
import { randomHistory, type Shape, show } from './random.ts';

/** What the oracle knows, by the names that the checkers use. */
const models: readonly (readonly [name: string, semantics: Semantics])[] = [
  ['serializable', { isolation: 'serializable', order: 'none' }],
  ['strong-session-serializable', { isolation: 'serializable', order: 'process' }],
  ['strict-serializable', { isolation: 'serializable', order: 'realtime' }],
  ['snapshot-isolation', { isolation: 'snapshot', order: 'none' }],
  ['strong-session-snapshot-isolation', { isolation: 'snapshot', order: 'process' }],
  ['strong-snapshot-isolation', { isolation: 'snapshot', order: 'realtime' }],
];

export interface Tally {
  histories: number;
  /** Verdicts of the oracle, over all models. */
  possible: number;
  impossible: number;
  /** Anomalies by name. */
  readonly names: Map<string, number>;
}

export const newTally = (): Tally => ({
  histories: 0,
  possible: 0,
  impossible: 0,
  names: new Map(),
});

function check(history: History, kind: Shape['kind']): TransactionsResult {
  const checker = kind === 'list' ? listAppend() : rwRegister();
  return checker.check({ history, timeLimitMs: 60_000 }) as TransactionsResult;
}

/**
 * Whether reads tell the order of all appends: no key has appends of two transactions that nobody has seen. (A spoilt last read may
 * have lost them; which of the two came first is then anybody's guess.)
 */
function showsAllOrders(history: History): boolean {
  const seen = new Set<string>();
  const unseen = new Map<string, number>();
  type Step = readonly [f: string, key: string, value: unknown];
  const ended = history.filter((op) => op.type === 'ok' || op.type === 'info');
  for (const op of ended) {
    for (const [f, key, value] of op.value as readonly Step[]) {
      if (f === 'r' && op.type === 'ok') {
        for (const one of (value ?? []) as readonly unknown[])
          seen.add(`${key} ${JSON.stringify(one)}`);
      }
    }
  }
  for (const op of ended) {
    const keys = new Set<string>();
    for (const [f, key, value] of op.value as readonly Step[]) {
      if (f === 'append' && !seen.has(`${key} ${JSON.stringify(value)}`)) keys.add(key);
    }
    for (const key of keys) unseen.set(key, (unseen.get(key) ?? 0) + 1);
  }
  return unseen.values().every((count) => count < 2);
}

/**
 * Draws a history and compares. What is ruled out must be impossible; when `isComplete`, what is impossible must be ruled out.
 */
export function compare(
  random: Random,
  kind: Shape['kind'],
  isComplete: boolean,
  tally: Tally,
): void {
  const history = randomHistory(random, {
    kind,
    transactions: 2 + random.below(4),
    keys: 1 + random.below(3),
    spoilOneIn: pick(random, [0, 0, 4, 12]),
    outcomes: random.below(2) === 0,
    readsAll: isComplete || random.below(2) === 0,
    isolation: pick(random, ['serial', 'snapshot', 'none']),
  });
  const result = check(history, kind);
  const out = new Set([...result.not, ...result.alsoNot]);
  tally.histories += 1;
  for (const name of Object.keys(result.anomalyCounts)) {
    tally.names.set(name, (tally.names.get(name) ?? 0) + 1);
  }
  for (const [name, semantics] of models) {
    const possible = isPossible(history, semantics);
    if (possible) tally.possible += 1;
    else tally.impossible += 1;
    const said = `${JSON.stringify(result.anomalyCounts)}\n${result.anomalies?.map((one) => `${one.name}: ${one.explanation}`).join('\n\n')}`;
    if (possible) assert.ok(!out.has(name), `${name} is possible:\n${show(history)}\n${said}`);
    else if (isComplete && showsAllOrders(history)) {
      assert.ok(out.has(name), `${name} is impossible:\n${show(history)}\n${said}`);
    }
  }
}

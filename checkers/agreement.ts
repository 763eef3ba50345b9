/** Consensus, judged from outside: per key one decided value (agreement), and one that somebody proposed (validity). */

import type { Key, Operation } from '#src/history/operation';
import type { Anomaly, Checker } from './checker.ts';

/** What is known of a key while the history is read. */
interface Decision {
  /** The first completion that told the decided value. */
  first: Operation | undefined;
  /** Values proposed so far, as JSON. */
  readonly proposed: Set<string>;
}

const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** Violations listed; a broken system has one for every key. */
const anomaliesMax = 20;

/**
 * For operations `decide`: an invocation's value is proposed, an ok's value is what was decided. Linear time. An unknown
 * outcome constrains nothing: its proposal may be the one that was decided.
 */
export const agreement = (): Checker => ({
  name: 'agreement',
  summary: 'of each key everybody learns the same value, and it is one that was proposed',
  check({ history }) {
    const keys = new Map<Key, Decision>();
    const anomalies: Anomaly[] = [];
    let decisions = 0;
    for (const op of history) {
      if (op.f !== 'decide' || op.process === 'nemesis' || op.key === undefined) continue;
      const known = keys.get(op.key) ?? { first: undefined, proposed: new Set<string>() };
      keys.set(op.key, known);
      if (op.type === 'invoke') known.proposed.add(json(op.value));
      if (op.type !== 'ok') continue;
      decisions += 1;
      anomalies.push(...judge(op, known));
      known.first ??= op;
    }
    const decided = [...keys.values()].filter(({ first }) => first !== undefined).length;
    const counts = { keys: keys.size, keysDecided: decided, decisions };
    if (anomalies.length === 0) return { valid: true, ...counts };
    return {
      valid: false,
      reason: `${anomalies.length} answers contradict what was decided or proposed`,
      anomalies: anomalies.slice(0, anomaliesMax),
      ...counts,
    };
  },
});

function judge(op: Operation, { first, proposed }: Decision): Anomaly[] {
  const value = json(op.value);
  if (!proposed.has(value)) {
    return [
      {
        name: 'validity',
        explanation: `process ${op.process} was told that ${value} is decided for ${op.key}, but nobody had proposed it by then`,
        operations: [op],
        impossible: op.index,
      },
    ];
  }
  if (first === undefined || json(first.value) === value) return [];
  return [
    {
      name: 'agreement',
      explanation: `process ${first.process} was told that ${json(first.value)} is decided for ${op.key}, and process ${op.process} that ${value} is`,
      operations: [first, op],
      impossible: op.index,
    },
  ];
}

/** Consensus, judged from outside: per key one decided value (agreement), and one that somebody proposed (validity). */

import type { Key, Operation } from '#src/history/operation';
import type { Anomaly, Checker } from './checker.ts';
import { nothingRead } from './found.ts';
import { textOf } from './identity.ts';

/** What is known of a key while the history is read. */
interface Decision {
  /** The first completion that told the decided value. */
  first: Operation | undefined;
  /** Values proposed so far, as text. */
  readonly proposed: Set<string>;
}

/** Violations listed; a broken system has one for every key. */
const anomaliesMax = 20;

/**
 * For operations `decide`: an invocation's value is proposed, an ok's value is what was decided. Linear time. An unknown
 * outcome constrains nothing: its proposal may be the one that was decided. Operations without a key are about one object.
 */
export const agreement = (): Checker => ({
  name: 'agreement',
  summary: 'of each key everybody learns the same value, and it is one that was proposed',
  check({ history }) {
    const keys = new Map<Key | undefined, Decision>();
    const anomalies: Anomaly[] = [];
    let decisions = 0;
    /** A completion need not repeat the key. */
    const asked = new Map<Operation['process'], Key | undefined>();
    for (const op of history) {
      if (op.f !== 'decide' || op.process === 'nemesis') continue;
      const key = op.key ?? asked.get(op.process);
      asked.set(op.process, key);
      const known = keys.get(key) ?? { first: undefined, proposed: new Set<string>() };
      keys.set(key, known);
      if (op.type === 'invoke') known.proposed.add(textOf(op.value));
      if (op.type !== 'ok' || op.value === undefined) continue;
      decisions += 1;
      anomalies.push(...judge(op, key, known));
      known.first ??= op;
    }
    const decided = [...keys.values()].filter(({ first }) => first !== undefined).length;
    const counts = { keys: keys.size, keysDecided: decided, decisions };
    if (decisions === 0)
      return { valid: 'unknown', reason: nothingRead, provesNothing: true, ...counts };
    if (anomalies.length === 0) return { valid: true, ...counts };
    return {
      valid: false,
      reason: `${anomalies.length} answers contradict what was decided or proposed`,
      anomalies: anomalies.slice(0, anomaliesMax),
      ...counts,
    };
  },
});

function judge(op: Operation, key: Key | undefined, { first, proposed }: Decision): Anomaly[] {
  const value = textOf(op.value);
  const what = key === undefined ? '' : ` for ${key}`;
  if (!proposed.has(value)) {
    return [
      {
        name: 'validity',
        explanation: `process ${op.process} was told that ${value} is decided${what}, but nobody had proposed it by then`,
        operations: [op],
        impossible: op.index,
      },
    ];
  }
  if (first === undefined || textOf(first.value) === value) return [];
  return [
    {
      name: 'agreement',
      explanation: `process ${first.process} was told that ${textOf(first.value)} is decided${what}, and process ${op.process} that ${value} is`,
      operations: [first, op],
      impossible: op.index,
    },
  ];
}

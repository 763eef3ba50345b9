/** Anomalies of every named kind, put into a valid history in one place. */

import type { History, Operation } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import { pick, type Random } from '#src/random/random';

/** Undefined: there is no place for it in this history. */
export type Plant = (history: History, random: Random) => History | undefined;

/** The history with other values or outcomes of some lines. */
const edited = (
  history: History,
  edits: readonly (readonly [Operation, Partial<Operation>])[],
): History => {
  const lines = [...history];
  for (const [line, change] of edits) lines[line.index] = { ...line, ...change };
  return lines;
};

/** Further operations after the end, by processes of their own. */
function appended(
  history: History,
  operations: readonly Pick<Operation, 'f' | 'key' | 'value'>[],
): History {
  const lines = [...history];
  const time = history.at(-1)?.time ?? 0;
  operations.forEach(({ f, key, value }, i) => {
    const process = 1_000_000_000 + i;
    for (const type of ['invoke', 'ok'] as const) {
      const line = { index: lines.length, time, type, process, f, value };
      lines.push(key === undefined ? line : { ...line, key });
    }
  });
  return lines;
}

const answered = (history: History, f: string): Pair[] =>
  pairs(history).filter(({ invoke, completion }) => invoke.f === f && completion?.type === 'ok');

const ok = ({ completion }: Pair): Operation => completion as Operation;
const listOf = (pair: Pair): readonly unknown[] => ok(pair).value as readonly unknown[];

/** One acknowledged element, with the reads that must have it: at least two, so that there is one before the last. */
function watched(history: History, random: Random) {
  const reads = answered(history, 'read');
  const adds = answered(history, 'add');
  for (let tries = 0; tries < 1000; tries += 1) {
    const add = pick(random, adds);
    const due = reads.filter(
      (read) => read.invoke.key === add.invoke.key && read.invoke.index > ok(add).index,
    );
    if (due.length >= 2) return { add, due };
  }
  return undefined;
}

const without = (read: Pair, { invoke }: Pair): Partial<Operation> => ({
  value: listOf(read).filter((element) => element !== invoke.value),
});

const setFull: Readonly<Record<string, Plant>> = {
  lost(history, random) {
    const found = watched(history, random);
    if (found === undefined) return undefined;
    const { add, due } = found;
    return edited(
      history,
      due.map((read) => [ok(read), without(read, add)]),
    );
  },
  stale(history, random) {
    const found = watched(history, random);
    if (found === undefined) return undefined;
    const read = found.due[random.below(found.due.length - 1)] as Pair;
    return edited(history, [[ok(read), without(read, found.add)]]);
  },
  duplicated(history, random) {
    const found = watched(history, random);
    if (found === undefined) return undefined;
    const read = pick(random, found.due);
    return edited(history, [[ok(read), { value: [...listOf(read), found.add.invoke.value] }]]);
  },
  unexpected(history, random) {
    const read = pick(random, answered(history, 'read'));
    return edited(history, [[ok(read), { value: [...listOf(read), -1] }]]);
  },
};

const byRead =
  (amount: number): Plant =>
  (history, random) => {
    const read = pick(random, answered(history, 'read'));
    return edited(history, [[ok(read), { value: Number(ok(read).value) + amount }]]);
  };

const taken = (history: History): Pair[] =>
  answered(history, 'dequeue').filter((pair) => ok(pair).value !== null);

const totalQueue: Readonly<Record<string, Plant>> = {
  /** As many of one queue as cannot have gone with takes that nobody knows of. */
  lost(history, random) {
    const { key } = pick(random, taken(history)).invoke;
    const unknown = pairs(history).filter(
      ({ invoke, completion }) =>
        invoke.key === key &&
        invoke.f === 'dequeue' &&
        completion?.type !== 'ok' &&
        completion?.type !== 'fail',
    );
    const accepted = new Set(
      answered(history, 'enqueue')
        .filter(({ invoke }) => invoke.key === key)
        .map(({ invoke }) => invoke.value),
    );
    const own = taken(history).filter(
      (pair) => pair.invoke.key === key && accepted.has(ok(pair).value),
    );
    if (own.length <= unknown.length) return undefined;
    return edited(
      history,
      own.slice(0, unknown.length + 1).map((pair) => [ok(pair), { value: null }]),
    );
  },
  duplicated(history, random) {
    const one = pick(random, taken(history));
    return appended(history, [{ ...one.invoke, f: 'dequeue', value: ok(one).value }]);
  },
  unexpected(history, random) {
    const one = pick(random, taken(history));
    return appended(history, [{ ...one.invoke, f: 'dequeue', value: -1 }]);
  },
};

/** Grants of a lock that nobody's unknown outcome touches, in the order of their tokens. */
function grantsOf(history: History, random: Random): Pair[] {
  const grants = answered(history, 'acquire');
  const { key } = pick(random, grants).invoke;
  return grants
    .filter(({ invoke }) => invoke.key === key)
    .sort((a, b) => Number(ok(a).value) - Number(ok(b).value));
}

const releaseOf = (history: History, grant: Pair): Pair | undefined =>
  answered(history, 'release').find(
    ({ invoke }) => invoke.key === grant.invoke.key && invoke.value === ok(grant).value,
  );

const renamed = (history: History, grant: Pair, token: unknown) => {
  const release = releaseOf(history, grant);
  const own = [[ok(grant), { value: token }]] as const;
  return release === undefined ? own : ([...own, [release.invoke, { value: token }]] as const);
};

const lock: Readonly<Record<string, Plant>> = {
  'duplicate-token'(history, random) {
    const [first, second] = grantsOf(history, random);
    if (first === undefined || second === undefined) return undefined;
    return edited(history, [[ok(second), { value: ok(first).value }]]);
  },
  'token-order'(history, random) {
    const [first, second] = grantsOf(history, random);
    if (first === undefined || second === undefined) return undefined;
    if (releaseOf(history, first) === undefined || releaseOf(history, second) === undefined) {
      return undefined;
    }
    // Grants that overlap may have come in either order: then two held it, and no token went back.
    if (second.invoke.index < ok(first).index) return undefined;
    return edited(history, [
      ...renamed(history, first, ok(second).value),
      ...renamed(history, second, ok(first).value),
    ]);
  },
  'two-holders'(history, random) {
    const [first, second] = grantsOf(history, random);
    const release = first && releaseOf(history, first);
    if (second === undefined || release === undefined) return undefined;
    return edited(history, [[ok(release), { type: 'fail' }]]);
  },
  'double-release'(history, random) {
    const release = pick(random, answered(history, 'release'));
    return appended(history, [release.invoke]);
  },
  'release-without-hold': (history) =>
    appended(history, [{ f: 'release', key: 'never', value: 5 }]),
  'refused-release'(history, random) {
    const release = pick(random, answered(history, 'release'));
    return edited(history, [[ok(release), { value: false }]]);
  },
};

/** By the name of the subject, by the name of the anomaly. */
export const plants: Readonly<Record<string, Readonly<Record<string, Plant>>>> = {
  'set-full': setFull,
  counter: { 'counter-too-low': byRead(-1e9), 'counter-too-high': byRead(1e9) },
  'total-queue': totalQueue,
  lock,
  'unique-ids': {
    'duplicate-id'(history, random) {
      const ids = answered(history, 'generate');
      const [one, other] = [pick(random, ids), pick(random, ids)];
      return one === other ? undefined : edited(history, [[ok(one), { value: ok(other).value }]]);
    },
  },
};

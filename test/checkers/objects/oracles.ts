/** Slow and plain second opinions on small histories of one object: can it be at all? */

import type { History } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';

export type Oracle = (history: History) => boolean;

const isOk = ({ completion }: Pair): boolean => completion?.type === 'ok';
const mayHappen = ({ completion }: Pair): boolean => completion?.type !== 'fail';
const start = ({ invoke }: Pair): number => invoke.index;
const end = (pair: Pair): number => (isOk(pair) ? (pair.completion?.index ?? 0) : Infinity);
const answer = ({ completion }: Pair): unknown => completion?.value;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Of each element: is there a moment from which on it is there? */
export const setFullOracle: Oracle = (history) => {
  const all = pairs(history);
  const adds = all.filter(({ invoke }) => invoke.f === 'add');
  const reads = all.filter((pair) => pair.invoke.f === 'read' && isOk(pair));
  const values = new Set([
    ...adds.map(({ invoke }) => invoke.value),
    ...reads.flatMap((read) => listOf(answer(read))),
  ]);
  const moments = Array.from({ length: history.length + 1 }, (_, i) => i - 0.5).concat(Infinity);
  return [...values].every((value) => {
    const own = adds.filter((add) => add.invoke.value === value && mayHappen(add));
    const times = reads.map((read) => listOf(answer(read)).filter((one) => one === value).length);
    if (times.some((count) => count > 1)) return false;
    return moments.some(
      (moment) =>
        (moment === Infinity || own.some((add) => start(add) < moment)) &&
        own.every((add) => moment < end(add) || !isOk(add)) &&
        reads.every((read, i) => (times[i] === 1 ? moment < end(read) : start(read) < moment)),
    );
  });
};

/** Of each read: is it between the least and the most that any choice of the adds makes? */
export const counterOracle: Oracle = (history) => {
  const all = pairs(history);
  const adds = all.filter((pair) => pair.invoke.f === 'add' && mayHappen(pair));
  return all
    .filter((pair) => pair.invoke.f === 'read' && isOk(pair))
    .every((read) => {
      const sums: number[] = [];
      for (let choice = 0; choice < 2 ** adds.length; choice += 1) {
        const chosen = adds.filter((_, i) => (choice >> i) % 2 === 1);
        const isPossible = adds.every((add) => {
          if (end(add) < start(read)) return chosen.includes(add);
          return start(add) < end(read) || !chosen.includes(add);
        });
        if (isPossible) sums.push(chosen.reduce((sum, add) => sum + Number(add.invoke.value), 0));
      }
      const told = Number(answer(read));
      return told >= Math.min(...sums) && told <= Math.max(...sums);
    });
};

/** Can each delivery be matched with a put, and each value that must be gone with a delivery or a take that nobody knows of? */
export const totalQueueOracle: Oracle = (history) => {
  const all = pairs(history);
  const puts = all.filter((pair) => pair.invoke.f === 'enqueue' && mayHappen(pair));
  const takes = all.filter(({ invoke }) => invoke.f !== 'enqueue');
  const valuesOf = (take: Pair): readonly unknown[] => {
    const value = answer(take);
    return take.invoke.f === 'drain' ? listOf(value) : value === null ? [] : [value];
  };
  const deliveries = takes
    .filter(isOk)
    .flatMap((take) => valuesOf(take).map((value) => ({ take, value })));
  const emptyings = takes.filter(
    (take) => isOk(take) && (take.invoke.f === 'drain' || valuesOf(take).length === 0),
  );
  const unknown = takes.filter((take) => mayHappen(take) && !isOk(take));
  /** Positions before which a put's value must have been taken. */
  const limits = (put: Pair): number[] =>
    isOk(put) ? emptyings.filter((one) => start(one) > end(put)).map(end) : [];
  const explain = (left: readonly Pair[], free: readonly Pair[]): boolean => {
    const [put, ...others] = left;
    if (put === undefined) return true;
    return free.some((take) => {
      if (limits(put).some((limit) => start(take) > limit)) return false;
      return explain(others, take.invoke.f === 'drain' ? free : free.filter((x) => x !== take));
    });
  };
  const match = (at: number, left: readonly Pair[]): boolean => {
    const delivery = deliveries[at];
    if (delivery === undefined) {
      return explain(
        left.filter((put) => limits(put).length > 0),
        unknown,
      );
    }
    return left.some(
      (put) =>
        put.invoke.value === delivery.value &&
        start(put) < end(delivery.take) &&
        match(
          at + 1,
          left.filter((other) => other !== put),
        ),
    );
  };
  return match(0, puts);
};

interface LockState {
  readonly newest: number;
  readonly isHeld: boolean;
}

/** States that an operation can lead to; none: it cannot happen here. */
function lockSteps(pair: Pair, { newest, isHeld }: LockState, fresh: readonly number[]) {
  const { f, value } = pair.invoke;
  if (f === 'acquire') {
    const tokens = isOk(pair) ? [Number(answer(pair))] : fresh;
    if (isHeld) return [];
    return tokens.filter((t) => t > newest).map((t) => ({ newest: t, isHeld: true }));
  }
  const fits = isHeld && newest === value;
  if (isOk(pair) && answer(pair) === false) return fits ? [] : [{ newest, isHeld }];
  return fits ? [{ newest, isHeld: false }] : [];
}

/** Is there an order of all that happened, and of some that may have, that a lock can go through? */
export const lockOracle: Oracle = (history) => {
  const all = pairs(history).filter((pair) => mayHappen(pair) && pair.invoke.f !== 'look');
  const named = all.flatMap((pair) => [Number(pair.invoke.value), Number(answer(pair))]);
  // Tokens that nobody was told: those that are named, and ones between and beyond.
  const fresh = [...new Set(named)].flatMap((token) => [token, token + 0.5]).concat(0.5);
  const search = (left: readonly Pair[], state: LockState): boolean => {
    if (!left.some(isOk)) return true;
    const firstEnd = Math.min(...left.map(end));
    return left.some((pair) => {
      if (start(pair) > firstEnd) return false;
      const others = left.filter((other) => other !== pair);
      return lockSteps(pair, state, fresh).some((next) => search(others, next));
    });
  };
  return search(all, { newest: -Infinity, isHeld: false });
};

export const uniqueIdsOracle: Oracle = (history) => {
  const ids = pairs(history).filter(isOk).map(answer);
  return ids.every((id, i) => ids.indexOf(id) === i);
};

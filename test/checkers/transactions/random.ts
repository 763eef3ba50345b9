/** Random small histories: some right, some slightly wrong, some nonsense. */

import type { History, OperationType } from '#src/history/operation';
import { pick, type Random } from '#src/random/random';
import type { Step } from './histories.ts';

export interface Shape {
  readonly kind: 'list' | 'register';
  readonly transactions: number;
  readonly keys: number;
  /** One in so many results is spoilt; 0: none. */
  readonly spoilOneIn: number;
  /** Whether transactions may fail or stay unknown. */
  readonly outcomes: boolean;
  /** A last transaction, after all others, reads every key. */
  readonly readsAll: boolean;
  /** 'late': effects of writes come when a transaction is answered, reads are old. */
  readonly isolation: 'serial' | 'snapshot' | 'none';
}

interface Open {
  readonly process: number;
  readonly steps: Step[];
  readonly snapshot: Map<string, readonly unknown[]>;
}

type Store = Map<string, readonly unknown[]>;

/** Runs random transactions by a few processes on a store with the wanted isolation, and tells what clients saw. */
export function randomHistory(random: Random, shape: Shape): History {
  const lines: { process: number; type: OperationType; steps: readonly Step[] }[] = [];
  const store: Store = new Map();
  const keys = ['x', 'y', 'z'].slice(0, shape.keys);
  let nextValue = 1;
  let nextProcess = 3;
  const processes = [0, 1, 2];
  const open: (Open | undefined)[] = [undefined, undefined, undefined];
  let left = shape.transactions;

  const draw = (): Step[] =>
    Array.from({ length: 1 + random.below(3) }, (): Step => {
      const key = pick(random, keys);
      if (random.below(2) === 0) return ['r', key, null];
      nextValue += 1;
      return [shape.kind === 'list' ? 'append' : 'w', key, nextValue - 1];
    });
  const view = (list: readonly unknown[]): unknown =>
    shape.kind === 'list' ? list : (list.at(-1) ?? null);
  const spoil = (list: readonly unknown[]): readonly unknown[] => {
    if (shape.spoilOneIn === 0 || random.below(shape.spoilOneIn) > 0) return list;
    const choice = random.below(5);
    if (choice === 0 && nextValue > 1) return [...list, 1 + random.below(nextValue - 1)];
    if (choice === 1) return list.toReversed();
    return list.slice(0, random.below(list.length + 1));
  };
  const execute = (on: Store, steps: readonly Step[]): Step[] =>
    steps.map(([f, key, value]) => {
      const before = on.get(key) ?? [];
      if (f !== 'r') {
        on.set(key, [...before, value]);
        return [f, key, value];
      }
      return [f, key, view(spoil(before))];
    });
  const finish = (slot: number, one: Open): void => {
    open[slot] = undefined;
    const fate = shape.outcomes ? random.below(8) : 7;
    const type: OperationType = fate === 0 ? 'fail' : fate === 1 ? 'info' : 'ok';
    const happens =
      type === 'ok' ||
      (type === 'info' && random.below(2) === 0) ||
      (type === 'fail' && shape.isolation === 'none' && random.below(4) === 0);
    const isOld =
      shape.isolation === 'snapshot' || (shape.isolation === 'none' && random.below(2) > 0);
    const seen = execute(new Map(isOld ? one.snapshot : store), one.steps);
    if (happens) execute(store, one.steps);
    lines.push({ process: one.process, type, steps: type === 'ok' ? seen : one.steps });
    if (type === 'info') {
      processes[slot] = nextProcess;
      nextProcess += 1;
    }
  };

  while (left > 0 || open.some((one) => one !== undefined)) {
    const slot = random.below(3);
    const one = open[slot];
    if (one !== undefined) finish(slot, one);
    else if (left > 0) {
      left -= 1;
      const process = processes[slot] as number;
      const steps = draw();
      open[slot] = { process, steps, snapshot: new Map(store) };
      lines.push({ process, type: 'invoke', steps });
    }
  }
  if (shape.readsAll) {
    const steps = keys.map((key): Step => ['r', key, null]);
    lines.push({ process: 99, type: 'invoke', steps });
    lines.push({ process: 99, type: 'ok', steps: execute(new Map(store), steps) });
  }
  return lines.map(({ process, type, steps }, index) => ({
    index,
    time: index * 1000,
    type,
    process,
    f: 'txn',
    value: steps,
  }));
}

/** A history with one transaction per line, to read in a failed assertion. */
export const show = (history: History): string =>
  history.map((op) => `${op.process} ${op.type} ${JSON.stringify(op.value)}`).join('\n');

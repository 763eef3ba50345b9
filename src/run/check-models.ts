/** Which checker judges a history under the name that `check --model` is given. */

import { type BankOptions, bank } from '#checkers/bank';
import { causal } from '#checkers/causal';
import type { Checker } from '#checkers/checker';
import { type CounterOptions, counter } from '#checkers/counter';
import { type LinearizableOptions, linearizable, linearizableModels } from '#checkers/linearizable';
import { listAppend } from '#checkers/list-append';
import { lock } from '#checkers/lock';
import { log } from '#checkers/log';
import { longFork } from '#checkers/long-fork';
import { monotonic } from '#checkers/monotonic';
import { refusals } from '#checkers/refusals';
import { type RwRegisterOptions, rwRegister } from '#checkers/rw-register';
import { setFull } from '#checkers/set-full';
import { totalQueue } from '#checkers/total-queue';
import { uniqueIds } from '#checkers/unique-ids';
import { BadInput } from '../errors.ts';

/** What a user may say about a check besides the model. */
export interface CheckModelOptions extends RwRegisterOptions {
  readonly model: string;
  /** What the object holds at first. */
  readonly init?: unknown;
  /** Told what linearizability rests on. */
  readonly onChecked?: LinearizableOptions['onChecked'];
}

/** Checkers that are no question of linearizability, by the name of what they judge. */
const others = new Map<string, (options: CheckModelOptions) => Checker>([
  ['list-append', listAppend],
  ['rw-register', rwRegister],
  ['set-full', () => setFull()],
  ['counter-bounds', ({ init }) => counter(counterOptions(init))],
  ['total-queue', () => totalQueue()],
  ['lock', () => lock()],
  ['refusals', () => refusals()],
  ['unique-ids', () => uniqueIds()],
  ['monotonic', () => monotonic()],
  ['long-fork', () => longFork()],
  ['log', () => log()],
  ['causal', () => causal()],
  ['bank', ({ init }) => bank(bankOptions(init))],
]);

/** Those of `others` that can be told what is there at first. */
const withInit: ReadonlySet<string> = new Set(['counter-bounds', 'bank']);

function counterOptions(init: unknown): CounterOptions {
  if (init === undefined || init === null) return {};
  if (typeof init === 'number') return { init };
  throw new BadInput(`initial value ${JSON.stringify(init)} of a counter. Allowed: a number.`);
}

function bankOptions(init: unknown): BankOptions {
  if (init === undefined) return {};
  if (typeof init === 'number') return { total: init };
  const balances = typeof init === 'object' && init !== null ? Object.entries(init) : [];
  if (balances.length === 0 || balances.some(([, balance]) => typeof balance !== 'number')) {
    throw new BadInput(
      `initial value ${JSON.stringify(init)} of a bank. Allowed: the total of all accounts, or what each holds, such as {"a": 10, "b": 10}.`,
    );
  }
  return { initial: Object.fromEntries(balances) };
}

/** Names that `--model` may have. */
export const checkModels: readonly string[] = [...linearizableModels.keys(), ...others.keys()];

/** Throws BadInput for a model or a consistency model that is not known, and for an initial value that the model cannot have. */
export function checkerFor(options: CheckModelOptions): Checker {
  const { model, consistencyModels, init, onChecked } = options;
  const other = others.get(model);
  if (other !== undefined) {
    if (init === undefined || withInit.has(model)) return other(options);
    throw new BadInput(
      `an initial value for --model ${model}. Allowed: none; lists, sets and queues start empty, registers as nil, locks free.`,
    );
  }
  if (!linearizableModels.has(model)) {
    throw new BadInput(
      `unknown model ${JSON.stringify(model)}. Allowed: ${checkModels.join(', ')}.`,
    );
  }
  if (consistencyModels !== undefined) {
    throw new BadInput(
      `a consistency model for --model ${model}. Allowed: only for ${[...others.keys()].join(', ')}; the others ask whether each key is linearizable.`,
    );
  }
  return linearizable({
    model,
    ...(init === undefined ? {} : { init }),
    ...(onChecked === undefined ? {} : { onChecked }),
  });
}

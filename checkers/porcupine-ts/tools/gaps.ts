/**
 * The longest stretches of work between two looks at the clock, in CPU time of the thread, for long histories of every shape: a limit is
 * honoured that late. `start` is before the first look, `end` after the last.
 *
 *     node tools/gaps.ts [OPERATIONS] [ONLY] [SHOWN]     default: 1000000, all of them, stretches of 20 ms and more
 */

import { casRegister, check, keyed, type Model, type Operation } from '../src/index.ts';
import { large } from '../test/oracle/large.ts';
import { random } from '../test/oracle/random.ts';
import { registerHistory } from '../test/support/generated.ts';

type AnyModel = Model<unknown, unknown, unknown>;
type AnyHistory = readonly Operation<unknown, unknown>[];

const count = Number(process.argv[2] ?? 1e6);
const only = process.argv[3] ?? '';
const shownMs = Number(process.argv[4] ?? 20);
if (!(Number.isSafeInteger(count) && count >= 1000)) {
  throw new RangeError(`${process.argv[2]} operations; allowed: a whole number from 1000`);
}

const cpuMs = (): number => process.threadCpuUsage().user / 1000;

interface Gap {
  readonly ms: number;
  readonly from: string;
  readonly to: string;
}

/** Where a look comes from: the innermost functions of this package. */
function place(): string {
  const lines = (new Error('here').stack ?? '').split('\n');
  const own = lines.filter((line) => /porcupine-ts\/src\/(?!budget|check\.ts)/.test(line));
  const short = own.map((line) => line.replace(/^.*porcupine-ts\/src\/(.*?):(\d+):.*$/, '$1:$2'));
  return short.slice(0, 3).join(' < ') || 'check';
}

/** Checks with a signal that is asked at every look. */
function gaps(model: AnyModel, history: AnyHistory, exhaustive: boolean): string {
  const found: Gap[] = [];
  let lookedMs = cpuMs();
  let last = 'start';
  let looks = 0;
  const note = (to: () => string): void => {
    const ms = cpuMs() - lookedMs;
    looks += 1;
    const here = ms >= shownMs || looks % 16 === 0 ? to() : `look ${looks}`;
    if (ms >= shownMs) found.push({ ms, from: last, to: here });
    last = here;
    lookedMs = cpuMs();
  };
  const signal = {
    get aborted() {
      note(place);
      return false;
    },
  };
  const beginMs = cpuMs();
  const { verdict } = check(model, history, { signal, exhaustive, timeLimitMs: 60_000 });
  note(() => 'end');
  found.sort((a, b) => b.ms - a.ms);
  const lines = found
    .slice(0, 12)
    .map(({ ms, from, to }) => `\n    ${ms.toFixed(0)} ms: ${from}  ->  ${to}`);
  return `${verdict} in ${(cpuMs() - beginMs).toFixed(0)} ms, ${looks} looks${lines.join('')}`;
}

const erased = <State, Input, Output>(model: Model<State, Input, Output>): AnyModel => {
  const untyped: Model<never, never, never> = model as Model<never, never, never>;
  return untyped as AnyModel;
};

function report(name: string, model: AnyModel, history: AnyHistory): void {
  if (!name.includes(only)) return;
  process.stdout.write(`${name}, ${history.length} operations: ${gaps(model, history, true)}\n`);
}

const shape = {
  operations: count,
  clients: 10,
  values: 5,
  read: 0.4,
  write: 0.4,
  seed: 3,
} as const;
const registers = {
  register: shape,
  'register, 50 clients': { ...shape, clients: 50 },
  'register, unknown': { ...shape, unknown: 0.01 },
  'register, new values': { ...shape, values: 0 },
  'register, new values, stale': { ...shape, values: 0, staleAt: 0.9 },
  'register, stale': { ...shape, fresh: 0.1, staleAt: 0.9 },
} as const;
for (const [name, of] of Object.entries(registers)) {
  if (name.includes(only)) report(name, erased(casRegister(0)), registerHistory(of));
}
const all = 'register of 100 keys';
if (all.includes(only)) {
  const history = Array.from({ length: 100 }, (_, key) =>
    registerHistory({ ...shape, operations: count / 100, seed: key }).map((op) => ({
      ...op,
      input: { key, input: op.input },
    })),
  ).flat();
  report(all, erased(keyed(casRegister(0))), history);
  report(
    `${all}, in order`,
    erased(keyed(casRegister(0))),
    history.sort((a, b) => a.call - b.call),
  );
}
for (const [name, make] of large) {
  if (!name.includes(only)) continue;
  const { model, valid, broken } = make(random(1), count);
  report(name, model, valid);
  report(`${name}, broken`, model, broken);
}

/** `porcupine-ts check FILE --model M`: a verdict on a history in JSON lines, without anything around it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from '../check.ts';
import type { Operation } from '../operation.ts';
import type { CheckResult, Verdict } from '../result.ts';
import { plain, show } from '../visualize/texts.ts';
import { visualize } from '../visualize/visualize.ts';
import { BadInput } from './bad-input.ts';
import { type HistoryLines, parseLines } from './lines.ts';
import { modelNames, overKeys, type Subject, subject } from './subjects.ts';

type Input = { readonly key: string | number; readonly input: unknown };
type Result = CheckResult<unknown, Input, unknown>;

const help = `porcupine-ts check FILE --model MODEL [options]

Is the history in FILE linearizable? FILE holds JSON lines, one event each, in the order in which they happened:
  {"process": 0, "type": "invoke", "f": "write", "value": 1}
  {"process": 0, "type": "ok", "f": "write", "value": 1}        or "fail": did not happen, "info": nobody knows

  --model MODEL       ${modelNames.join(', ')}
  --init VALUE        what each object holds at first: JSON, or else a text (default: null; empty, free or 0)
  --visualize OUT     writes a page to look at: one HTML file
  --time-limit MS     gives up as unknown after so many ms (default: 60000)
  --json              prints the result as JSON
  --help

Exit codes: 0 linearizable, 1 not linearizable, 2 unknown, 254 the command or the file cannot be used.
Example: porcupine-ts check history.jsonl --model cas-register --init 0 --visualize out.html
`;

const exitCodes: Readonly<Record<Verdict, number>> = { ok: 0, illegal: 1, unknown: 2 };
const badInput = 254;

const words: Readonly<Record<Verdict, string>> = {
  ok: 'linearizable',
  illegal: 'NOT linearizable',
  unknown: 'unknown',
};

/** The object of operations without a key. No history calls a key this. */
const theOnlyKey = '\0no key';

interface Command {
  readonly file: string;
  readonly model: string | undefined;
  readonly init: unknown;
  readonly page: string | undefined;
  readonly timeLimitMs: number;
  readonly json: boolean;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        init: { type: 'string' },
        visualize: { type: 'string' },
        'time-limit': { type: 'string', default: '60000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error });
  }
}

/** undefined: only help was asked for. */
function command(args: readonly string[]): Command | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [name, file, ...rest] = positionals;
  if (name !== 'check' || file === undefined || rest.length > 0) {
    throw new BadInput(
      `${positionals.join(' ') || 'nothing to do'}: allowed: check and one file. See --help`,
    );
  }
  const timeLimitMs = Number(values['time-limit']);
  if (!(timeLimitMs > 0 && Number.isFinite(timeLimitMs))) {
    throw new BadInput(`--time-limit ${values['time-limit']}: allowed: milliseconds above 0`);
  }
  return {
    file,
    model: values.model,
    init: values.init === undefined ? undefined : jsonOrText(values.init),
    page: values.visualize,
    timeLimitMs,
    json: values.json,
  };
}

function read(file: string): HistoryLines {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInput(`${file}: cannot be read (${messageOf(error)})`, { cause: error });
  }
  try {
    const lines = parseLines(text);
    if (lines.calls.length > 0) return lines;
  } catch (error) {
    throw error instanceof BadInput ? new BadInput(`${file}, ${error.message}`) : error;
  }
  throw new BadInput(`${file}: there are no operations in it. Allowed: at least one invocation`);
}

/** Failed operations did not happen, and what says nothing is left out. */
function operations({ translate }: Subject, { calls }: HistoryLines): Operation<Input, unknown>[] {
  return calls.flatMap((call): Operation<Input, unknown>[] => {
    const translated = call.end.kind === 'fail' ? undefined : translate(call);
    if (translated === undefined) return [];
    const called = {
      id: call.line,
      client: call.process,
      input: { key: call.key ?? theOnlyKey, input: translated.input },
      call: call.call,
    };
    return call.end.kind === 'ok'
      ? [{ ...called, kind: 'completed', output: translated.output, return: call.end.at }]
      : [{ ...called, kind: 'unknown' }];
  });
}

const withoutTheOnlyKey = (result: Result): Result => ({
  ...result,
  partitions: result.partitions.map((part) => {
    const { key, ...rest } = part;
    return key === theOnlyKey ? rest : part;
  }),
});

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new BadInput(`${file}: cannot be written (${messageOf(error)})`, { cause: error });
  }
}

interface Violation {
  readonly key?: string | number;
  /** Of the impossible operation, from 1. */
  readonly line: string | number | undefined;
  readonly operation: string;
  readonly statesBefore: readonly string[];
}

function violations(model: ReturnType<typeof overKeys>, result: Result): Violation[] {
  return result.partitions.flatMap((part) => {
    if (part.verdict !== 'illegal') return [];
    const { blocked, statesBefore, key } = part;
    const output = blocked.kind === 'completed' ? blocked.output : undefined;
    return [
      {
        ...(key === undefined ? {} : { key }),
        line: blocked.id,
        operation: model.describe?.(blocked.input, output) ?? show(blocked.input.input),
        statesBefore: statesBefore.map((state) => model.describeState?.(state) ?? show(state)),
      },
    ];
  });
}

const sentence = ({ key, line, operation, statesBefore }: Violation): string => {
  const where = key === undefined ? '' : `key ${show(key)}: `;
  const held = statesBefore.length === 0 ? '' : `; before it: ${statesBefore.join(' or ')}`;
  return plain(`${where}${operation} (line ${line}) fits nowhere${held}`);
};

function run({ file, model: name, init, page, timeLimitMs, json }: Command): number {
  const about = subject(name, init);
  const model = overKeys(about.model);
  const lines = read(file);
  const history = operations(about, lines);
  const result = withoutTheOnlyKey(check(model, history, { timeLimitMs, exhaustive: 'cheap' }));
  const { timesMs } = lines;
  if (page !== undefined) {
    const of = (at: number): number => timesMs?.[Math.min(at, timesMs.length - 1)] ?? 0;
    const clock = timesMs === undefined ? {} : { clock: { unit: 'ms', of } };
    const { annotations } = lines;
    writePage(
      page,
      visualize(model, history, result, { title: basename(file), annotations, ...clock }),
    );
  }
  const found = violations(model, result);
  const { verdict, partitions, steps, elapsedMs } = result;
  const decided = partitions.filter((part) => part.verdict !== 'unknown').length;
  const counts = { operations: history.length, partitions: partitions.length, decided };
  if (json) {
    const all = { verdict, model: name, ...counts, steps, elapsedMs, violations: found };
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  } else {
    const keys = partitions.length > 1 ? `, ${decided} of ${partitions.length} keys decided` : '';
    const first = `${file}: ${words[verdict]} (${history.length} operations, ${name}${keys})`;
    const looks = page === undefined ? [] : [`to look at: ${page}`];
    process.stdout.write(`${[first, ...found.map(sentence), ...looks].join('\n')}\n`);
  }
  return exitCodes[verdict];
}

/** Runs the command and gives its exit code. Bad input is told on stderr; whatever else is thrown is a bug. */
export function main(args: readonly string[]): number {
  try {
    const asked = command(args);
    if (asked !== undefined) return run(asked);
    process.stdout.write(help);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`porcupine-ts: ${plain(error.message)}\n`);
    return badInput;
  }
}

/** Porcupine in Go, in a process of its own that answers one request at a time. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const binary = join(repository, '.cache', 'bin', 'porcupine-go');
/** Where Go is when it is not in the path. */
const usualPlace = '/usr/local/go/bin';

export interface GoAnswer {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  readonly ns: number;
  /** The most memory that the process ever had resident. */
  readonly peakBytes: number;
}

/** Builds the driver from bench/porcupine-go. Undefined, with a message, when there is no Go and nothing built. */
export async function buildGo(): Promise<string | undefined> {
  const env = { PATH: `${process.env['PATH'] ?? ''}:${usualPlace}` };
  const cwd = join(repository, 'bench', 'porcupine-go');
  const built = await execa('go', ['build', '-o', binary, '.'], { cwd, env, reject: false });
  if (!built.failed || existsSync(binary)) return binary;
  console.error(
    `bench: no Porcupine to compare with: ${built.shortMessage}. Install Go 1.21 or newer.`,
  );
  return undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function decode(line: string): GoAnswer {
  const answer: unknown = JSON.parse(line);
  if (!isRecord(answer)) throw new Error(`porcupine-go answered ${line}`);
  const { verdict, ns, peakBytes, error } = answer;
  if (typeof error === 'string' && error !== '') throw new Error(`porcupine-go: ${error}`);
  if (typeof ns !== 'number' || typeof peakBytes !== 'number') throw new Error(line);
  const known = { Ok: 'ok', Illegal: 'illegal', Unknown: 'unknown' } as const;
  if (verdict !== 'Ok' && verdict !== 'Illegal' && verdict !== 'Unknown') throw new Error(line);
  return { verdict: known[verdict], ns, peakBytes };
}

const start = (path: string) =>
  execa(path, [], { stdin: 'pipe', stdout: 'pipe', reject: false, buffer: false });

/** One process; kill it by disposing of it. */
export class Go implements Disposable {
  readonly #process: ReturnType<typeof start>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(path: string) {
    this.#process = start(path);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** `timeoutMs` 0: no limit. Undefined when the process died, for lack of memory most likely. */
  async check(
    mode: 'check' | 'verbose',
    model: 'register' | 'kv',
    timeoutMs: number,
    path: string,
  ): Promise<GoAnswer | undefined> {
    this.#process.stdin.write(`${mode} ${model} ${timeoutMs} ${path}\n`);
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : decode(value);
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#process.kill();
  }
}

/** A simulated test into a run folder: the same files as a real run leaves, so that everything after it is the same. */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusLine } from '#reports/status-line';
import { plural } from '#reports/text';
import { HarnessFailure } from '../errors.ts';
import { lineOf, type Traced } from '../sim/index.ts';
import { nodeNames } from './build-spec.ts';
import { runFiles, writeTest } from './folder.ts';
import { LineEncoder } from './line-encoder.ts';
import { showProgress } from './show-progress.ts';
import { type Simulated, simulate } from './simulate.ts';
import type { TestSpec } from './spec.ts';

/** Bytes of a file that are gathered before they are written. */
const chunkBytes = 1024 * 1024;

/** Text files in the making, written in large pieces. */
class Files {
  readonly #waiting = new Map<string, string[]>();
  readonly #sizes = new Map<string, number>();

  append(path: string, text: string): void {
    const lines = this.#waiting.get(path) ?? [];
    lines.push(text);
    this.#waiting.set(path, lines);
    const size = (this.#sizes.get(path) ?? 0) + text.length;
    this.#sizes.set(path, size);
    if (size > chunkBytes) this.#write(path);
  }

  close(): void {
    for (const path of this.#waiting.keys()) this.#write(path);
  }

  #write(path: string): void {
    const lines = this.#waiting.get(path) ?? [];
    this.#waiting.set(path, []);
    this.#sizes.set(path, 0);
    try {
      appendFileSync(path, lines.join(''));
    } catch (error) {
      throw new HarnessFailure(`cannot write ${path}: ${String(error)}`, { cause: error });
    }
  }
}

/** What `recordSimulated` needs to know of its run. */
export interface SimulatedRun {
  readonly spec: TestSpec;
  readonly folder: string;
  readonly status: StatusLine;
  readonly signal: AbortSignal | undefined;
}

/** Runs the test in the simulated world and writes its history, traces and samples. See `simulate` for what is thrown. */
export async function recordSimulated(run: SimulatedRun): Promise<Simulated> {
  const { spec, folder, status } = run;
  const startedAt = new Date().toISOString();
  // Virtual time starts at 0, in histories as in traces.
  writeTest(folder, { spec, circumstances: { startedAt, originNs: 0 } });
  const files = new Files();
  const at = (file: string): string => join(folder, file);
  for (const node of nodeNames(spec.nodes)) mkdirSync(at(`nodes/${node}`), { recursive: true });
  const observe = (event: Traced): void =>
    files.append(at(`nodes/${event.node}/trace.jsonl`), `${lineOf(event)}\n`);
  status.phase(`simulating ${plural(spec.nodes, 'node')} of ${spec.system} (seed ${spec.seed})`);
  const simulated = await simulate(spec, {
    ...(spec.trace ? { observe } : {}),
    hash: true,
    measure: true,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    log: (line) => files.append(at(runFiles.log), `${line}\n`),
    onProgress: (progress, active, leader) =>
      showProgress(spec, status, { progress, active, leader }),
    onSamples: (lines) => files.append(at(runFiles.samples), lines),
  });
  files.close();
  const encoder = new LineEncoder(chunkBytes);
  for (const operation of simulated.history) encoder.line(operation);
  writeFileSync(at(runFiles.history), encoder.take());
  const { traceHash } = simulated;
  writeTest(folder, {
    spec,
    circumstances: { startedAt, originNs: 0, ...(traceHash === undefined ? {} : { traceHash }) },
  });
  return simulated;
}

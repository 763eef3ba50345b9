/** One node: a child process that can be killed, paused and brought back, and whose unexpected end is noticed. */

import { createWriteStream, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { HarnessFailure } from '../errors.ts';
import type { Guardian } from './guardian.ts';
import { limits } from './limits.ts';
import type { ProcessControl } from './owned-processes.ts';
import { eventually, isStopped } from './proc.ts';

export interface NodeCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the harness's own environment; undefined takes a variable out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface NodeExit {
  readonly node: string;
  readonly atNs: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of its log. */
  readonly lastLines: readonly string[];
  /** What a fault made it do, and thus no finding about the program. */
  readonly expected?: ExpectedEnd;
}

/** `stopped`: it may start again when the fault is over. `lost`: what a fault did to its files is for good. */
export interface ExpectedEnd {
  readonly kind: 'stopped' | 'lost';
  /** The line of its log that says why it ended. */
  readonly line: string;
}

export interface NodeProcessOptions {
  readonly node: string;
  /** Asked before every start. */
  readonly command: () => Promise<NodeCommand>;
  /** Gets stdout and stderr, appended. */
  readonly logFile: string;
  readonly guardian: Guardian;
  /** Resolves when the node answers, rejects when it does not. */
  readonly probe: (timeoutMs: number) => Promise<unknown>;
  readonly readyTimeoutMs?: number;
  readonly nowNs: () => number;
  /** Whether a fault made it end; asked when it ended although nobody here ended it. `lines`: the end of its log. */
  readonly expected?: (
    code: number | null,
    lines: readonly string[],
  ) => Promise<ExpectedEnd | undefined>;
  /** Called when the process ended although nobody here ended it. */
  readonly onUnexpectedExit: (exit: NodeExit) => void;
  /** To be done after every SIGCONT. */
  readonly onResumed?: () => Promise<unknown>;
}

/** A node did not come up. Says what was seen of it and which file to open. */
export class NodeNotReady extends Error {
  override readonly name = 'NodeNotReady';
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly closeStdin: () => void;
}

type State =
  | { readonly kind: 'never-started' }
  /** `stopped`: SIGSTOP. `ready`: it has answered since its start. */
  | {
      readonly kind: 'running';
      readonly child: Running;
      readonly stopped: boolean;
      readonly ready: boolean;
    }
  /** `byUs`: killed or stopped by the harness. */
  | {
      readonly kind: 'down';
      readonly byUs: boolean;
      readonly ended?: Ended;
      readonly expected?: Promise<ExpectedEnd | undefined>;
    };

/** The last lines of a file; none when it cannot be read. */
export async function lastLines(
  path: string,
  count: number = limits.logTailLines,
): Promise<readonly string[]> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const length = Math.min(size, limits.logTailBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-count);
  } catch {
    return [];
  }
}

/** Starts the program in a process group of its own, so that Ctrl-C reaches only the harness, which then stops it in order. */
function spawn(node: string, command: NodeCommand, logFile: string): Running {
  // A file descriptor of the child's own, not a pipe through the harness: what a node says last is kept when the harness dies.
  const log = createWriteStream(logFile, { fd: openSync(logFile, 'a') });
  try {
    const child = execa(command.file, command.args, {
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
      stdin: 'pipe',
      stdout: log,
      stderr: log,
      ...(command.env === undefined ? {} : { env: command.env }),
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
    const { pid, stdin } = child;
    if (pid === undefined) {
      throw new HarnessFailure(`cannot start node ${node}: no such program: ${command.file}`);
    }
    // The other end of this pipe is how the node notices that the harness is gone; nothing is ever written to it.
    stdin.on('error', () => undefined);
    const ended = new Promise<Ended>((resolve) => {
      child.nodeChildProcess.once('exit', (code, signal) => resolve({ code, signal }));
    });
    return { pid, ended, closeStdin: () => stdin.end() };
  } finally {
    log.destroy();
  }
}

export class NodeProcess implements ProcessControl {
  readonly #options: NodeProcessOptions;
  #state: State = { kind: 'never-started' };
  #closing = false;
  /** Settles when nobody holds it still. */
  #held: Promise<unknown> = Promise.resolve();

  constructor(options: NodeProcessOptions) {
    this.#options = options;
  }

  /** Runs and is not stopped, as far as the harness knows: worth asking. */
  get isAnswering(): boolean {
    return this.#state.kind === 'running' && !this.#state.stopped;
  }

  get hasEndedByItself(): boolean {
    return this.#state.kind === 'down' && !this.#state.byUs;
  }

  /** Why a fault made it end; undefined while it runs, and when something else ended it. */
  async expectedEnd(): Promise<ExpectedEnd | undefined> {
    return this.#state.kind === 'down' ? this.#state.expected : undefined;
  }

  /** undefined while there is no process. */
  get pid(): number | undefined {
    return this.#state.kind === 'running' ? this.#state.child.pid : undefined;
  }

  /** Starts it, if it is not running, and waits until it answers. Throws NodeNotReady. */
  async start(): Promise<void> {
    if (this.#state.kind !== 'running') await this.#spawn();
    await this.#untilReady();
  }

  /** One that a fault made end stays down: whoever heals that fault starts it. */
  async ensureUp(): Promise<void> {
    if (this.#state.kind === 'down' && !this.#state.byUs) {
      if ((await this.expectedEnd()) !== undefined) return;
      throw new NodeNotReady(await this.#explain('is down, it ended by itself'));
    }
    await this.start();
  }

  async kill(): Promise<void> {
    if (this.#state.kind === 'running') {
      const { child } = this.#state;
      this.#state = { kind: 'down', byUs: true };
      await this.#end(child, 'SIGKILL', limits.signalSeen);
    }
    this.#state = { kind: 'down', byUs: true };
  }

  async pause(): Promise<void> {
    const { node } = this.#options;
    if (this.#state.kind !== 'running') throw new Error(`cannot pause ${node}: it is not running`);
    if (this.#state.stopped) return;
    const { child } = this.#state;
    this.#signal(child.pid, 'SIGSTOP');
    this.#state = { ...this.#state, stopped: true };
    const seen = await eventually(() => isStopped(child.pid) !== false, limits.signalSeen);
    if (!seen) {
      throw new Error(`${node} (pid ${child.pid}) was sent SIGSTOP and is not stopped`);
    }
  }

  /**
   * Runs the action while its group is sent to stop; one that was paused stays so. One action at a time, and nobody resumes it meanwhile.
   * undefined: there is no process.
   */
  holdStill<T>(action: (pid: number) => Promise<T>): Promise<T | undefined> {
    const result = this.#held.then(async () => {
      if (this.#state.kind !== 'running') return undefined;
      const { child } = this.#state;
      this.#signal(child.pid, 'SIGSTOP');
      try {
        return await action(child.pid);
      } finally {
        const isPaused = this.#state.kind === 'running' && this.#state.stopped;
        if (this.#isStill(child) && !isPaused) this.#signal(child.pid, 'SIGCONT');
      }
    });
    this.#held = result.catch(() => undefined);
    return result;
  }

  async resume(): Promise<void> {
    await this.#held;
    if (this.#state.kind !== 'running' || !this.#state.stopped) return;
    const { child } = this.#state;
    this.#signal(child.pid, 'SIGCONT');
    const seen = await eventually(() => isStopped(child.pid) !== true, limits.signalSeen);
    if (!seen) {
      throw new Error(
        `${this.#options.node} (pid ${child.pid}) was sent SIGCONT and is still stopped`,
      );
    }
    if (this.#state.kind === 'running') this.#state = { ...this.#state, stopped: false };
    await this.#options.onResumed?.();
  }

  /** SIGTERM, and SIGKILL after the grace. For good: ends a start that is still waiting. Idempotent. */
  async stop(graceMs: number = limits.stopGrace): Promise<void> {
    this.#closing = true;
    await this.#held;
    if (this.#state.kind !== 'running') return;
    const { child, stopped } = this.#state;
    this.#state = { kind: 'down', byUs: true };
    if (stopped) this.#signal(child.pid, 'SIGCONT');
    child.closeStdin();
    this.#signal(child.pid, 'SIGTERM');
    const kill = new AbortController();
    const late = delay(graceMs, undefined, { signal: kill.signal }).then(
      () => this.#signal(child.pid, 'SIGKILL'),
      () => undefined,
    );
    await child.ended;
    kill.abort();
    await late;
  }

  async #spawn(): Promise<void> {
    const { node, command, logFile, guardian } = this.#options;
    const how = await command();
    if (this.#closing) throw new NodeNotReady(`${node} was not started: the cluster is stopping`);
    const child = spawn(node, how, logFile);
    this.#state = { kind: 'running', child, stopped: false, ready: false };
    void child.ended.then((ended) => this.#noticeEnd(child, ended));
    await guardian.guard(child.pid);
  }

  #noticeEnd(child: Running, ended: Ended): void {
    const { guardian, node, nowNs, logFile, onUnexpectedExit } = this.#options;
    guardian.release(child.pid).catch(() => undefined);
    if (this.#state.kind !== 'running' || this.#state.child !== child) return;
    const atNs = nowNs();
    const expected = this.#expected(ended);
    this.#state = { kind: 'down', byUs: false, ended, expected };
    void Promise.all([lastLines(logFile), expected]).then(([lines, why]) =>
      onUnexpectedExit({
        node,
        atNs,
        ...ended,
        lastLines: lines,
        ...(why === undefined ? {} : { expected: why }),
      }),
    );
  }

  async #expected({ code }: Ended): Promise<ExpectedEnd | undefined> {
    const { expected, logFile } = this.#options;
    return expected?.(code, await lastLines(logFile, limits.logLastWords));
  }

  async #untilReady(): Promise<void> {
    const { probe, readyTimeoutMs = limits.nodeReady } = this.#options;
    const deadline = performance.now() + readyTimeoutMs;
    while (this.#state.kind === 'running' && !this.#state.ready) {
      if (this.#closing) break;
      const { child } = this.#state;
      const left = deadline - performance.now();
      if (left <= 0) {
        throw new NodeNotReady(await this.#explain(`did not answer within ${readyTimeoutMs} ms`));
      }
      const answered = await probe(Math.min(left, limits.statusAnswer)).then(
        () => true,
        () => false,
      );
      if (this.#isStill(child)) this.#state = { ...this.#state, ready: answered };
      if (!answered) await Promise.race([delay(limits.readyPoll), child.ended]);
    }
    if (this.#state.kind === 'running' || (await this.expectedEnd()) !== undefined) return;
    throw new NodeNotReady(await this.#explain('ended before it answered'));
  }

  #isStill(child: Running): this is this {
    return this.#state.kind === 'running' && this.#state.child === child;
  }

  async #end(child: Running, signal: NodeJS.Signals, withinMs: number): Promise<void> {
    this.#signal(child.pid, signal);
    const late = delay(withinMs, 'late' as const, { ref: false });
    if ((await Promise.race([child.ended, late])) === 'late') {
      throw new Error(
        `${this.#options.node} (pid ${child.pid}) was sent ${signal} and is still there`,
      );
    }
  }

  /** To the whole group: a program may have children. */
  #signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(-pid, signal);
    } catch {
      // Gone already, which whoever waits for its end will see.
    }
  }

  async #explain(what: string): Promise<string> {
    const { node, logFile } = this.#options;
    const state = this.#state;
    const seen =
      state.kind === 'running'
        ? `process ${state.child.pid} is running`
        : state.kind === 'down' && state.ended !== undefined
          ? `it exited with ${state.ended.signal ?? `code ${state.ended.code}`}`
          : 'there is no process';
    const lines = (await lastLines(logFile)).map((line) => `\n    ${line}`).join('');
    return `node ${node} ${what}; seen: ${seen}; its last words:${lines || ' none'}\n  next: open ${logFile}`;
  }
}

/** Starts a Toxiproxy server as a child process that cannot outlive this one. */

import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, type WriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessFailure } from '../../errors.ts';
import { connectProxies } from './proxies.ts';
import type { Toxiproxy, ToxiproxyOptions } from './server.ts';

export type Program =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'real'; readonly binary: string };

/**
 * The real server does not notice that its parent is gone. So a shell stands between: it says the server's pid, and kills
 * it when our end of its stdin is closed, which the kernel does for us even after kill -9.
 */
const guard = `
exec 3<&0
"$@" </dev/null 3<&- >&2 &
server=$!
echo $server
{ cat <&3; kill -9 $server; } >/dev/null 2>&1 &
guard=$!
exec 3<&- >/dev/null
wait $server
code=$?
kill $guard 2>/dev/null
exit $code
`;

const attempts = 3;
const stopTimeoutMs = 3000;
const pollMs = 20;

interface Child {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Throws HarnessFailure with the last lines of the log when the server does not come up. */
export async function startChild(program: Program, options: ToxiproxyOptions): Promise<Toxiproxy> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(program, options);
    } catch (error) {
      // A free port that was found can be taken by another program before the server gets it.
      const taken = error instanceof Error && error.message.includes('address already in use');
      if (options.port !== undefined || !taken || attempt === attempts) throw error;
    }
  }
}

async function startOnce(program: Program, options: ToxiproxyOptions): Promise<Toxiproxy> {
  const port = program.kind === 'real' ? await freePort(options.port ?? 0) : (options.port ?? 0);
  const log = await openLog(options.logFile);
  const child = await spawn(program, port, options, log.stream);
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  let stopping: Promise<void> | undefined;
  let pid = child.pid;
  const stop = () => (stopping ??= end(child, pid).finally(log.dispose));
  try {
    const line = await firstLine(child, options.readyTimeoutMs ?? 10_000);
    if (program.kind === 'real') {
      pid = Number(line);
      options.onSpawn?.(pid);
    }
    const url = program.kind === 'real' ? `http://127.0.0.1:${port}` : listeningIn(line);
    const version = await untilReady(url, child, options.readyTimeoutMs ?? 10_000);
    return {
      url,
      kind: program.kind,
      version,
      ...(pid !== undefined && { pid }),
      died: death(child, () => stopping !== undefined, log.lastLines),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    const tail = log.lastLines();
    await stop();
    const why = error instanceof Error ? error.message : String(error);
    throw new HarnessFailure(
      `The ${program.kind} Toxiproxy server did not come up: ${why}\nIts last lines:\n${tail}`,
      { cause: error },
    );
  }
}

async function spawn(
  program: Program,
  port: number,
  options: ToxiproxyOptions,
  log: WriteStream,
): Promise<Child> {
  // Loading execa takes a while; whoever uses an external server does not need it.
  const { execa } = await import('execa');
  const where = ['127.0.0.1', '-port', String(port)];
  const [file, args]: [string, string[]] =
    program.kind === 'real'
      ? ['sh', ['-c', guard, 'toxiproxy-guard', program.binary, '-host', ...where]]
      : [
          process.execPath,
          [
            join(import.meta.dirname, 'main.ts'),
            '--host',
            '127.0.0.1',
            `--port=${port}`,
            `--seed=${options.seed ?? 1}`,
          ],
        ];
  const child = execa(file, args, {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: log,
    reject: false,
    buffer: false,
    // Ctrl-C on a terminal goes to the whole process group. The proxy must outlive it: the harness is still at work.
    detached: true,
    cleanup: false,
    // A line per connection by default would cost more than the proxying.
    env: { LOG_LEVEL: 'warn', ...options.env },
  });
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    kill: () => void child.kill('SIGKILL'),
    ended: child.then(({ signal, exitCode, shortMessage }) => {
      if (signal !== undefined) return `it was ended by ${signal}`;
      return exitCode === undefined
        ? `it could not be started: ${shortMessage}`
        : `it exited with code ${exitCode}`;
    }),
  };
}

/** The first line of stdout. Throws when the process ends before it, or takes too long. */
function firstLine(child: Child, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`it said nothing within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const settle = () => clearTimeout(timer);
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      const newline = text.indexOf('\n');
      if (newline === -1) return;
      settle();
      resolve(text.slice(0, newline));
    });
    void child.ended.then((how) => {
      settle();
      reject(new Error(how));
    });
  });
}

function listeningIn(line: string): string {
  const url = /^\{"listening":"([^"]+)"\}$/.exec(line)?.[1];
  if (url === undefined) throw new Error(`it said "${line}" instead of where it listens`);
  return url;
}

/** Asks for the version until it is told. Throws when the process ends before, or the time is over. */
async function untilReady(url: string, child: Child, timeoutMs: number): Promise<string> {
  const proxies = connectProxies(url, { timeoutMs: 1000 });
  const deadline = performance.now() + timeoutMs;
  let ended: string | undefined;
  void child.ended.then((how) => {
    ended = how;
  });
  for (;;) {
    try {
      return await proxies.version();
    } catch (error) {
      if (ended !== undefined) throw new Error(ended, { cause: error });
      if (performance.now() > deadline)
        throw new Error(`it did not answer at ${url} within ${timeoutMs} ms`, { cause: error });
      await sleep(pollMs);
    }
  }
}

/** Resolves only when the process ends without having been stopped. */
function death(child: Child, isStopping: () => boolean, lastLines: () => string): Promise<string> {
  return new Promise((resolve) => {
    void child.ended.then((how) => {
      if (isStopping()) return;
      resolve(`The Toxiproxy server is gone: ${how}. Its last lines:\n${lastLines()}`);
    });
  });
}

/** Closes its stdin, which ends it; kills it when that takes too long. Resolves when it is gone. */
async function end(child: Child, pid: number | undefined): Promise<void> {
  child.stdin.end();
  const gone = child.ended.then(() => true);
  if (await Promise.race([gone, sleep(stopTimeoutMs, false, { ref: false })])) return;
  if (pid !== undefined && pid !== child.pid) kill(pid);
  child.kill();
  await gone;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

const logTailBytes = 2000;

/** The end of a log; of a Go program that panicked what it said then, which long traces of everything else may come after. */
export function lastWords(log: string): string {
  const panic = /^(?:panic|fatal error): /m.exec(log);
  const from = panic === null ? -logTailBytes : panic.index;
  return log.slice(from).slice(0, logTailBytes).trim() || '(none)';
}

async function openLog(file: string | undefined) {
  const folder = file === undefined ? mkdtempSync(join(tmpdir(), 'dissent-toxiproxy-')) : undefined;
  const path = file ?? join(folder ?? '', 'log');
  const stream = createWriteStream(path, { flags: 'a' });
  await once(stream, 'open');
  return {
    stream,
    lastLines: (): string => lastWords(readFileSync(path, 'utf8')),
    dispose: (): void => {
      stream.destroy();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A port that was free a moment ago; `wanted` 0 for any. The real server does not tell which one it got for port 0, and for
 * a port that is taken the answer of whoever has it could pass for the server's. Throws HarnessFailure when it is taken.
 */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'address already in use' : error.message;
      reject(
        new HarnessFailure(
          `The real Toxiproxy server cannot listen on 127.0.0.1:${wanted}: ${why}. Name another port, or none for any free one.`,
        ),
      );
    });
    probe.listen({ host: '127.0.0.1', port: wanted }, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

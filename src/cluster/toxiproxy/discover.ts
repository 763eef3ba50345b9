/** Which Toxiproxy server to use: one that runs already, the real one when it is found, or the embedded one. */

import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { BadInput, HarnessFailure } from '../../errors.ts';
import { connectProxies } from './proxies.ts';
import type { Toxiproxy, ToxiproxyOptions } from './server.ts';
import { startChild } from './start.ts';

/**
 * Resolves when the server answers. Throws BadInput when a URL or TOXIPROXY_SERVER is unusable, HarnessFailure with the last
 * lines of the log when the server does not come up. A server that was started ends with this process, even when this
 * one is killed.
 */
export async function startToxiproxy(options: ToxiproxyOptions): Promise<Toxiproxy> {
  const env = options.env ?? process.env;
  const url = options.url ?? env['TOXIPROXY_URL'];
  if (options.prefer !== 'embedded' && url !== undefined && url !== '') return useExternal(url);
  const binary = options.prefer === 'embedded' ? undefined : findRealServer(env);
  if (binary !== undefined) return startChild({ kind: 'real', binary }, options);
  if (options.prefer === 'real') throw new HarnessFailure(notFound(env));
  return startChild({ kind: 'embedded' }, options);
}

/**
 * The real server's binary: TOXIPROXY_SERVER, or `toxiproxy-server` in the project's .cache/bin, on PATH, in GOBIN or in
 * GOPATH/bin. Undefined when there is none. Throws BadInput when TOXIPROXY_SERVER names something else than a program.
 */
export function findRealServer(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['TOXIPROXY_SERVER'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return resolve(named);
    throw new BadInput(
      `TOXIPROXY_SERVER is ${named}, which is not an executable file. Name the toxiproxy-server binary, or unset it.`,
    );
  }
  return foldersOf(env)
    .map((folder) => join(folder, 'toxiproxy-server'))
    .find(isExecutable);
}

const projectRoot = resolve(import.meta.dirname, '..', '..', '..');

function foldersOf(env: NodeJS.ProcessEnv): readonly string[] {
  const gopath = env['GOPATH'] ?? join(env['HOME'] ?? homedir(), 'go');
  return [
    join(projectRoot, '.cache', 'bin'),
    ...(env['PATH'] ?? '').split(delimiter),
    env['GOBIN'] ?? '',
    ...gopath.split(delimiter).map((folder) => (folder === '' ? '' : join(folder, 'bin'))),
  ].filter((folder) => folder !== '');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const notFound = (env: NodeJS.ProcessEnv): string =>
  `The real Toxiproxy was asked for, but there is no toxiproxy-server in ${foldersOf(env).join(', ')}.
Install it (with Go: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0), name it in TOXIPROXY_SERVER, or use the embedded server.`;

async function useExternal(url: string): Promise<Toxiproxy> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new BadInput(`The Toxiproxy URL is "${url}"; it must look like http://127.0.0.1:8474.`);
  const version = await connectProxies(url, { timeoutMs: 3000 })
    .version()
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new HarnessFailure(
        `No Toxiproxy answers at ${url}: ${why}. Start one there, or leave the URL out to use the embedded server.`,
        { cause: error },
      );
    });
  return {
    url: url.replace(/\/+$/, ''),
    kind: 'external',
    version,
    died: new Promise(() => {}),
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

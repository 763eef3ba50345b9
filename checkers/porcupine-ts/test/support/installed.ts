/** The package as a stranger gets it: packed by npm, installed in an empty folder. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const root = path('../../../..');

/** As if nobody had started this from npm: it hands its own folders down. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|NODE_PATH)/i.test(name),
  ),
);

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(folder: string, command: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Throws an Error with all that was printed when the command fails. */
export function mustRun(folder: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = run(folder, command, ...args);
  if (status === 0) return stdout;
  throw new Error(`${[command, ...args].join(' ')}: exit code ${status}\n${stdout}${stderr}`);
}

/** The Node of this machine, which is older than the one that runs the tests; undefined where there is none. */
export function olderNode(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes(`node_modules${sep}`))
    .map((folder) => join(folder, 'node'))
    .find((node) => {
      if (!existsSync(node)) return false;
      const major = Number(/^v(\d+)/.exec(run(root, node, '--version').stdout)?.[1]);
      return major >= 20 && major < 24;
    });
}

/** A compiler and a bundler, which the repository has and the installed package has no need of. */
export const tool = (name: string): string => join(root, 'node_modules', '.bin', name);

/**
 * Packs in a copy, since packing rewrites package.json for a moment and others import the sources meanwhile; installs into
 * `folder/app`. Returns that folder and the tarball.
 */
export function packAndInstall(folder: string): { readonly app: string; readonly tarball: string } {
  const copy = join(folder, 'repository', 'checkers', 'porcupine-ts');
  mkdirSync(copy, { recursive: true });
  const isSource = (file: string): boolean => !/[\\/](dist|node_modules|test)$/.test(file);
  cpSync(path('../..'), copy, { recursive: true, filter: isSource });
  cpSync(join(root, 'tsconfig.json'), join(folder, 'repository', 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'repository', 'node_modules'));
  mustRun(copy, 'npm', 'pack', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"name": "app", "private": true, "type": "module"}\n');
  mustRun(app, 'npm', 'install', join('..', tarball), '--offline', '--no-audit', '--no-fund');
  return { app, tarball: join(folder, tarball) };
}

/**
 * What is published differs from what is worked on: Node refuses to strip types below `node_modules`, so the package holds
 * `dist/*.js` and `dist/*.d.ts`, while in the repository the very sources are imported, with nothing to build and nothing
 * that can be stale. `npm pack` and `npm publish` read package.json after `prepack`, which therefore rewrites it:
 *
 *     node tools/manifest.ts publish      points package.json at dist/, which `tsc -p tsconfig.build.json` has made
 *     node tools/manifest.ts restore      puts back package.json and removes dist/
 *
 * Should a pack be interrupted, `restore` is what to run.
 */

import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const manifestFile = path('../package.json');
const keptFile = path('../package.source.json');
const built = path('../dist');

type Json = Readonly<Record<string, unknown>>;

const isSource = (file: unknown): file is string =>
  typeof file === 'string' && file.startsWith('./src/') && file.endsWith('.ts');

const inDist = (file: string, extension: string): string =>
  file.replace('./src/', './dist/').replace(/\.ts$/, extension);

function entry(target: unknown): unknown {
  if (!isSource(target)) return target;
  // Types come first: conditions are tried in their order.
  return { types: inDist(target, '.d.ts'), default: inDist(target, '.js') };
}

/** The manifest of the package: what pointed at a source points at what was built of it. */
export function published(manifest: Json): Json {
  const { scripts: _, exports, sideEffects, ...rest } = manifest;
  return {
    ...rest,
    sideEffects: Array.isArray(sideEffects)
      ? sideEffects.map((file: unknown) => (isSource(file) ? inDist(file, '.js') : file))
      : sideEffects,
    exports: Object.fromEntries(
      Object.entries(exports ?? {}).map(([name, target]) => [name, entry(target)]),
    ),
  };
}

function publish(): void {
  // Left by a pack that was interrupted: it is the source, and package.json is not.
  if (!existsSync(keptFile)) copyFileSync(manifestFile, keptFile);
  const manifest: Json = JSON.parse(readFileSync(keptFile, 'utf8'));
  if (!existsSync(path('../dist/index.js'))) {
    throw new Error(
      'dist/index.js is missing; run `tsc -p tsconfig.build.json` first, or npm pack',
    );
  }
  writeFileSync(manifestFile, `${JSON.stringify(published(manifest), null, 2)}\n`);
}

function restore(): void {
  if (existsSync(keptFile)) renameSync(keptFile, manifestFile);
  rmSync(built, { recursive: true, force: true });
}

if (import.meta.main) {
  const [act] = process.argv.slice(2);
  if (act === 'publish') publish();
  else if (act === 'restore') restore();
  else throw new Error(`${act ?? 'nothing'} to do: allowed: publish, restore`);
}

/**
 * Builds the script and the style sheet of the pages into `src/visualize/viewer-built.ts`: text constants, so that pages can
 * be made in browsers too, where there are neither files nor a way to strip types. A test says when it has to run again:
 *
 *     npm exec -- node checkers/porcupine-ts/tools/build-viewer.ts && npx biome check --write checkers/porcupine-ts
 */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

function built(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [path(`../src/visualize/viewer/${file}`)],
    ...(file.endsWith('.ts') ? { format: 'iife' as const } : {}),
    bundle: true,
    write: false,
    minify: true,
    charset: 'ascii',
    // Placeholders in a text constant look like a mistake.
    supported: { 'template-literal': false },
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles
    .map(({ text }) => text)
    .join('')
    .trim();
}

const sha256 = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** The constants as they have to be. */
export function buildViewer() {
  const script = built('main.ts');
  const style = built('style.css');
  return { script, scriptHash: sha256(script), style, styleHash: sha256(style) };
}

if (import.meta.main) {
  const constants = Object.entries(buildViewer()).map(
    ([name, value]) => `export const ${name}: string =\n  ${JSON.stringify(value)};\n`,
  );
  writeFileSync(
    path('../src/visualize/viewer-built.ts'),
    `/** Built from the folder \`viewer\` by tools/build-viewer.ts; not to be edited. */\n\n${constants.join('\n')}`,
  );
}

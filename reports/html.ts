/** Pages of ours: one file with everything in it, that asks the network for nothing. */

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { pack } from './pack.ts';
import { escapeMarkup, plain } from './text.ts';
import type { ReportData } from './types.ts';

interface Viewer {
  readonly script: string;
  readonly style: string;
}

/** What runs in a page: an entry point and a style sheet of the viewer's folder. */
export interface ViewerFiles {
  readonly script: string;
  readonly style: string;
}

/** By entry point. */
const viewers = new Map<string, Viewer>();

const viewerFile = (name: string): string =>
  fileURLToPath(new URL(`./viewer/${name}`, import.meta.url));

/** The viewer's script and style sheet, built once per process. Throws esbuild's error when the viewer does not compile. */
function builtViewer({ script, style }: ViewerFiles): Viewer {
  const known = viewers.get(script);
  if (known !== undefined) return known;
  const built = {
    script: bundle(viewerFile(script), { format: 'iife' }),
    style: bundle(viewerFile(style), {}),
  };
  viewers.set(script, built);
  return built;
}

function bundle(file: string, options: { readonly format?: 'iife' }): string {
  const { outputFiles } = buildSync({
    ...options,
    entryPoints: [file],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
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
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing may run or be loaded but the one script and the one style sheet in the page, named by their hashes. */
const policy = ({ script, style }: Viewer): string =>
  [
    "default-src 'none'",
    `script-src ${sha256(script)}`,
    `style-src ${sha256(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Level 6 of gzip: a higher one takes three times as long for a few percent. */
const embedded = (data: Uint8Array): string => gzipSync(data, { level: 6 }).toString('base64');

export interface Page {
  readonly viewer: ViewerFiles;
  readonly title: string;
  /** What stands there until the script has run, or where it cannot. */
  readonly heading: string;
  readonly sentence: string;
  /** Where the same can be read without a browser. */
  readonly elsewhere: string;
  readonly data: Uint8Array;
}

/** One file with everything in it. Words are escaped; the data reach the viewer as they are. */
export function renderPage({ viewer, title, heading, sentence, elsewhere, data }: Page): string {
  const built = builtViewer(viewer);
  const text = (value: string): string => escapeMarkup(plain(value));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(built)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>${built.style}</style>
</head>
<body>
<main>
<h1>${text(heading)}</h1>
<p>${text(sentence)}</p>
<noscript>The charts need JavaScript; the same results are in ${text(elsewhere)} beside this file.</noscript>
</main>
<template id="report-data">${embedded(data)}</template>
<script>${built.script}</script>
</body>
</html>
`;
}

/**
 * The report of a run. Strings from the history go into the packed data and reach the page as text only; what stands in the
 * markup itself is escaped. Throws RangeError for data that cannot be packed.
 */
export function renderHtml(data: ReportData): string {
  const { word, sentence } = data.verdict;
  return renderPage({
    viewer: { script: 'main.ts', style: 'style.css' },
    title: `${word}: ${data.test.name}`,
    heading: word,
    sentence,
    elsewhere: 'results.json and summary.md',
    data: pack(data),
  });
}

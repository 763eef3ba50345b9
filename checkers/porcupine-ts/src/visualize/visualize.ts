/** A result as a page to look at: one self-contained HTML file. */

import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { CheckResult } from '../result.ts';
import { collect } from './collect.ts';
import { pack } from './packed.ts';
import { script, scriptHash, style, styleHash } from './viewer-built.ts';

/** Something else that went on meanwhile: a fault, a leader, a deployment. */
export interface Annotation {
  /** Annotations with the same row are drawn beside one another: `faults`, `leaders`. Any number of rows. */
  readonly row: string;
  readonly text: string;
  /** On the clock of the history. */
  readonly start: number;
  /** Default: `start`, one moment. Infinity: to the end. `next`: until the next one of the row, as one leader follows another. */
  readonly end?: number | 'next';
}

export interface VisualizeOptions {
  readonly title?: string;
  readonly annotations?: readonly Annotation[];
  /** When the times of the history are not what people want to read: theirs, never decreasing, and its unit. */
  readonly clock?: { readonly unit: string; of(time: number): number };
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => escapes[char] as string);

/** Nothing may run or be loaded but the one script and the one style sheet of the page. */
const policy = [
  "default-src 'none'",
  `script-src '${scriptHash}'`,
  `style-src '${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * One HTML file that shows who did what when, the orders that were found, the state after each step and what fits nowhere.
 * It asks the network for nothing and shows all that comes from the history as text. `result` must be what `check` said of
 * this very `history`. Beyond 200 000 operations the page shows those that matter and counts the others. Throws RangeError
 * for a result of another history, and whatever the model throws.
 */
export function visualize<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  result: CheckResult<State, Input, Output>,
  options: VisualizeOptions = {},
): string {
  const page = collect(model, history, result, options);
  // Inside a script element only `<` can end the data or begin something else.
  const data = JSON.stringify(pack(page)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeMarkup(page.title)}</title>
<style>${style}</style>
</head>
<body>
<main><noscript>This page draws its history with JavaScript.</noscript></main>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

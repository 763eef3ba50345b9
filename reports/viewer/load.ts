/** The report data out of the page: base64 of gzip of what `pack` wrote. */

import { unpack } from '../pack.ts';
import type { ReportData } from '../types.ts';

/** Characters decoded at a time; a multiple of 4, so that the pieces are base64 too. */
const piece = 1 << 20;

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((base64.length / 4) * 3 - padding);
  let at = 0;
  for (let from = 0; from < base64.length; from += piece) {
    const text = atob(base64.slice(from, from + piece));
    for (let i = 0; i < text.length; i += 1) bytes[at++] = text.charCodeAt(i);
  }
  return bytes;
}

/** Rejects when the page holds no data, or damaged ones. */
async function loadBytes(): Promise<Uint8Array> {
  const template = document.querySelector<HTMLTemplateElement>('template#report-data');
  const base64 = template?.content.textContent?.trim() ?? '';
  if (base64 === '') throw new Error('this page holds no report data');
  const stream = new Blob([decode(base64)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Data that our own page was written with: whatever else stands there shows nothing. Rejects like `loadBytes`. */
export const loadJson = async <Data>(): Promise<Data> =>
  JSON.parse(new TextDecoder().decode(await loadBytes())) as Data;

/** Rejects like `loadBytes`. */
export const load = async (): Promise<ReportData> => unpack(await loadBytes());

/** What else went on, as data of a page. */

import type { AnnotationData } from './page-data.ts';
import { plain } from './texts.ts';
import type { Annotation, VisualizeOptions } from './visualize.ts';

/** Ends of those that last until the next one of their row; null where there is none. */
function nextStarts(annotations: readonly Annotation[]): ReadonlyMap<Annotation, number | null> {
  const ends = new Map<Annotation, number | null>();
  const latest = new Map<string, Annotation>();
  for (const note of annotations.toSorted((a, b) => a.start - b.start)) {
    const before = latest.get(note.row);
    if (before !== undefined) ends.set(before, note.start);
    ends.set(note, null);
    latest.set(note.row, note);
  }
  return ends;
}

/** In the order given. */
export function annotationData(
  annotations: readonly Annotation[],
  clock: VisualizeOptions['clock'],
): readonly AnnotationData[] {
  const next = nextStarts(annotations);
  return annotations.map((note) => {
    const { row, text, start, end = start } = note;
    const until = end === 'next' ? (next.get(note) ?? null) : Number.isFinite(end) ? end : null;
    const times =
      clock === undefined
        ? {}
        : { startedAt: clock.of(start), endedAt: until === null ? null : clock.of(until) };
    const isShaded = end !== 'next';
    return { row: plain(row), text: plain(text), start, end: until, isShaded, ...times };
  });
}

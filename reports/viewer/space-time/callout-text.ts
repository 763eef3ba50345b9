/** How the words of callouts are broken into lines, and how much room they take. */

export const linePx = 15;
const linesMax = 3;
const fontPx = 12.5;

/** The width of a callout where `count` of them share the room, px. */
export const calloutPx = (room: number, count: number): number =>
  Math.min(430, room / Math.max(1, count) - 10);

/** Lines of whole words that fit the width; what is too much ends in an ellipsis. */
export function wrap(text: string, width: number): string[] {
  const most = Math.floor((width - 16) / (fontPx * 0.53));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word.slice(0, most));
  }
  if (lines.length <= linesMax) return lines;
  const kept = lines.slice(0, linesMax);
  return [...kept.slice(0, -1), `${(kept.at(-1) ?? '').slice(0, most - 1)}…`];
}

/** The height of all callouts, px. */
export const calloutsPx = (words: readonly string[], room: number): number =>
  words.length === 0
    ? 0
    : 28 +
      linePx * Math.max(...words.map((one) => wrap(one, calloutPx(room, words.length)).length));

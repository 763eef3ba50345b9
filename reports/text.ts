/** Text from a history, made harmless and short. */

/** Control characters (so every ANSI escape), line separators, and format characters, which hide or reorder what is around them. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const visible = (char: string): string =>
  `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** Safe to print on a terminal: one line, no escape sequence, nothing invisible. Lone surrogates become U+FFFD. */
export const plain = (text: string): string => text.toWellFormed().replace(invisible, visible);

/** At most `most` characters (not cutting a surrogate pair), the last one an ellipsis where something was left out. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}

/** A value of a history on one line; never throws. Empty for undefined. */
export function show(value: unknown, most = 120): string {
  try {
    return shorten(plain(JSON.stringify(value) ?? ''), most);
  } catch {
    return '(cannot be shown)';
  }
}

/** For text and attributes of XML and HTML. What XML cannot hold is made visible. */
export const escapeMarkup = (text: string): string =>
  text
    .toWellFormed()
    // XML allows no other control characters, not even escaped.
    .replace(/[\p{Cc}\ufffe\uffff]/gu, (char) => (/[\t\n\r]/.test(char) ? char : visible(char)))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');

/** A duration for people: `870 µs`, `12.3 ms`, `4.50 s`, `3 min 20 s`. A dash for null. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–';
  if (ms === 0) return '0 ms';
  if (Math.abs(ms) < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (Math.abs(ms) < 999.5) return `${significant(ms)} ms`;
  if (Math.abs(ms) < 119_950) return `${significant(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Three significant digits, without an exponent and without rounding away whole numbers. */
export function significant(value: number): string {
  if (Math.abs(value) >= 99.95) return Math.round(value).toString();
  return Number(value.toPrecision(3)).toString();
}

/** 1234567 -> `1 234 567` with thin no-break spaces. */
export const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');

export const percent = (share: number): string =>
  share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;

/** `1 fault`, `3 faults`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

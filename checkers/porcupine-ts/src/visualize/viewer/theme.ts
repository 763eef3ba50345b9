/** Colours for canvases, read from the style sheet, so that light and dark are decided in one place. */

const names = [
  'ink',
  'muted',
  'line',
  'grid',
  'surface',
  'page',
  'ok',
  'ok-tint',
  'info',
  'info-tint',
  'bad',
  'tint-bad',
  'band',
  'band-edge',
  'found',
] as const;
export type Theme = Readonly<Record<(typeof names)[number], string>>;

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const entries = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as Theme;
}

/** The font of all canvases, at a size in px. */
export const font = (px: number, weight = 400): string =>
  `${weight} ${px}px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif`;

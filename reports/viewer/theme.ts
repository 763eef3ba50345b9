/** Colours for canvases, read from the style sheet, so that light, dark and print are decided in one place. */

type ThemeColor =
  | 'ink'
  | 'muted'
  | 'line'
  | 'grid'
  | 'surface'
  | 'ok'
  | 'fail'
  | 'info'
  | 'leader'
  | 'leader-ink'
  | 'band'
  | 'band-edge'
  | 'fault'
  | 'fault-ink'
  | 'bad';
export type Theme = Readonly<Record<ThemeColor, string>>;

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: ThemeColor): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'),
    muted: of('muted'),
    line: of('line'),
    grid: of('grid'),
    surface: of('surface'),
    ok: of('ok'),
    fail: of('fail'),
    info: of('info'),
    leader: of('leader'),
    'leader-ink': of('leader-ink'),
    band: of('band'),
    'band-edge': of('band-edge'),
    fault: of('fault'),
    'fault-ink': of('fault-ink'),
    bad: of('bad'),
  };
}

/** Calls back whenever the colours may have changed. Paper is always light. */
export function onThemeChange(changed: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('paper');
    changed();
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('paper');
    changed();
  });
}

/** The font of all canvases, at a size in px. */
export const font = (px: number, weight = 400): string =>
  `${weight} ${px}px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif`;

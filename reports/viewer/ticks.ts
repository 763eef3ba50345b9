/** Where an axis has ticks, and what stands there. */

/** The smallest of 1, 2, 5 times a power of ten that is not below `raw`. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const nice = [1, 2, 5, 10].find((times) => times * power >= raw * 0.999) ?? 10;
  return nice * power;
}

/** Multiples of `step` within [from, to]. */
export function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.max(0, Math.floor(to / step + 1e-9) - first + 1);
  return Array.from({ length: Math.min(count, 1000) }, (_, i) => (first + i) * step);
}

/** Steps that clocks have, in s, for runs of many minutes. */
const clockSteps = [60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];

/** A step in ms for a time axis on which a label needs `share` of the width shown. */
export function timeStep(widthMs: number, share: number): number {
  const raw = widthMs * share;
  const clock = clockSteps.find((step) => step * 1000 >= raw);
  return raw > 50_000 && clock !== undefined ? clock * 1000 : niceStep(raw);
}

/** A moment of the run for an axis with this step: `12.5 s`, `3:20` in long runs. */
export function moment(ms: number, stepMs: number): string {
  if (stepMs >= 60_000) {
    const minutes = Math.round(ms / 60_000);
    const hours = Math.floor(minutes / 60);
    return hours > 0 ? `${hours} h ${String(minutes % 60).padStart(2, '0')}` : `${minutes} min`;
  }
  const decimals = Math.max(0, Math.ceil(-Math.log10(stepMs / 1000) - 1e-9));
  return `${(ms / 1000).toFixed(Math.min(decimals, 9))} s`;
}

/** `results.json`: the outcome of a run. The type lives with the reports, which read it and may not look in here. */

export type { Results } from '#reports/results';

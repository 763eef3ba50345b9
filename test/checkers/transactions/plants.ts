/** Every anomaly by name, in the fewest transactions that show it and nothing else. */

import type { AnomalyName } from '#checkers/transactions/anomalies';
import type { Planted } from './simulate.ts';

export interface Plant {
  /** All names that must be found, and no others. */
  readonly names: readonly AnomalyName[];
  readonly transactions: readonly Planted[];
}

/** All open at the same time. */
const together = (...texts: string[]): Planted[] =>
  texts.map((text, i) => ({ text, from: i, to: 100 + i }));

/** One after the other, by one process; `reader`, if any, is open all the time. */
function inTurn(
  process: string | undefined,
  texts: readonly string[],
  ...around: string[]
): Planted[] {
  return [
    ...texts.map((text, i) => ({
      text,
      from: 10 * i + 1,
      to: 10 * i + 2,
      ...(process === undefined ? {} : { process }),
    })),
    ...around.map((text, i) => ({ text, from: -1 - i, to: 200 + i })),
  ];
}

const plain = (name: AnomalyName, ...texts: string[]): Plant => ({
  names: [name],
  transactions: together(...texts),
});

/** The same circle closed by a process, and by the clock. */
const ordered = (
  phenomenon: 'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2-item',
  texts: readonly string[],
  ...around: string[]
): Plant[] => [
  { names: [`${phenomenon}-process`], transactions: inTurn('one', texts, ...around) },
  { names: [`${phenomenon}-realtime`], transactions: inTurn(undefined, texts, ...around) },
];

export const listPlants: readonly Plant[] = [
  plain('G0', 'ax1ay1', 'ax2ay2', 'rx12', 'ry21'),
  plain('G1a', 'ax1!', 'rx1'),
  // Who sees the half of it does not see the other half.
  { names: ['G1b', 'G-single'], transactions: together('ax1ax2', 'rx1', 'rx12') },
  plain('G1c', 'ax1ry1', 'ax2ay1', 'rx12ry1'),
  plain('G-single', 'ax1ay1', 'ax2ry', 'rx12'),
  plain('G-nonadjacent', 'ax1', 'rx1ry', 'ay1', 'ry1rx'),
  plain('G2-item', 'ax1ry', 'ay1rx'),
  ...ordered('G0', ['ax2', 'ax1'], 'rx12'),
  ...ordered('G1c', ['rx1', 'ax1']),
  ...ordered('G-single', ['ax1', 'rx']),
  ...ordered('G-nonadjacent', ['ac1', 'ra'], 'aa1ab1', 'rb1rc'),
  ...ordered('G2-item', ['ay1', 'rx'], 'ax1ry'),
  { names: ['lost-update', 'G2-item'], transactions: together('ax1', 'rx1ax2', 'rx1ax3') },
  { names: ['dirty-update', 'G1a'], transactions: together('ax1!', 'ax2', 'rx12') },
  plain('internal', 'ax1rx'),
  plain('duplicate-elements', 'ax1', 'ax2', 'rx121'),
  plain('incompatible-order', 'ax1', 'ax2', 'rx1', 'rx2'),
  plain('future-read', 'rx1ax1'),
  plain('garbage-read', 'ax1', 'rx7'),
];

export const registerPlants: readonly Plant[] = [
  plain('G1a', 'wx1!', 'rx1'),
  plain('G1b', 'wx1wx2', 'rx1'),
  plain('G1c', 'wx1ry1', 'wy1rx1'),
  plain('G-single', 'rx_ry1', 'wy1wx2'),
  plain('G-nonadjacent', 'wx1', 'rx1ry_', 'wy1', 'ry1rx_'),
  plain('G2-item', 'rx_wy1', 'ry_wx1'),
  {
    names: ['G0-process', 'G-single-process'],
    transactions: [
      ...inTurn('one', ['rx1', 'rx2'], 'wx1wy1', 'wx2wy2'),
      ...inTurn('two', ['ry2', 'ry1']),
    ],
  },
  {
    names: ['G0-realtime', 'G-single-realtime'],
    transactions: [
      ...inTurn(undefined, ['rx1', 'rx2'], 'wx1wy1', 'wx2wy2'),
      ...inTurn(undefined, ['ry2', 'ry1']),
    ],
  },
  ...ordered('G1c', ['rx1', 'wx1']),
  ...ordered('G-single', ['wx1', 'rx_']),
  ...ordered('G-nonadjacent', ['wc1', 'ra_'], 'wa1wb1', 'rb1rc_'),
  ...ordered('G2-item', ['wy1', 'rx_'], 'wx1ry_'),
  { names: ['lost-update', 'G2-item'], transactions: together('wx1', 'rx1wx2', 'rx1wx3') },
  plain('internal', 'wx1rx2', 'wx2'),
  plain('future-read', 'rx1wx1'),
  plain('garbage-read', 'wx1', 'rx7'),
  {
    names: ['cyclic-versions-process'],
    transactions: inTurn('one', ['rx1', 'rx2', 'rx1'], 'wx1', 'wx2'),
  },
  {
    names: ['cyclic-versions-realtime'],
    transactions: inTurn(undefined, ['rx1', 'rx2', 'rx1'], 'wx1', 'wx2'),
  },
];

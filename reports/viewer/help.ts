/** How to read a report, for somebody who has never seen one. */

import { h } from './dom.ts';

/** A word and what it means in this report. */
export type Term = readonly [string, string];

const terms: readonly Term[] = [
  ['ok', 'The client got an answer: the operation took effect.'],
  ['fail', 'The operation definitely did not take effect.'],
  [
    'info',
    'The client does not know: the operation may have taken effect, or may still do so later.',
  ],
  [
    'linearizable',
    'All answers can be explained by one order of the operations in which each takes effect at one moment between its question and its answer.',
  ],
  [
    'fault',
    'Something done to the cluster on purpose. A target such as leader is resolved to a node when the fault fires.',
  ],
  [
    'first success',
    'From the start of a fault to the first success of an operation asked after it.',
  ],
  ['unavailable', 'The longest time without any success from the start of a fault until recovery.'],
  [
    'recovery',
    'From the healing of a fault until every node that clients talk to has served an operation asked after it.',
  ],
];

export const howToRead = (explained: readonly Term[]): HTMLElement =>
  h(
    'section',
    { id: 'help' },
    h(
      'details',
      {},
      h('summary', {}, 'How to read this'),
      h(
        'dl',
        { class: 'terms' },
        ...explained.flatMap(([term, meaning]) => [h('dt', {}, term), h('dd', {}, meaning)]),
      ),
    ),
  );

export const help = (): HTMLElement => howToRead(terms);

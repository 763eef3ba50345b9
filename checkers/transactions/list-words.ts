/** Words for the edges between transactions on lists. */

import { show } from '#src/history/source';
import { dependency } from './graph.ts';
import type { Inference } from './inference.ts';
import { isListRead, type List, type ListHistory } from './list-history.ts';
import { orderLabel, orderWords } from './order-words.ts';
import type { CycleStep } from './search.ts';

type Words = Pick<Inference, 'explain' | 'label'>;

export function listWords(history: ListHistory): Words {
  const { elements, transactions } = history;
  /** What the transaction read of the key of this element before it appended to it. */
  const readOf = (id: number, element: number): List => {
    const key = elements.key[element];
    const step = transactions[id]?.steps.find(
      ([f, name]) => isListRead(f) && elements.keyOf(name) === key,
    );
    return (step?.[2] ?? []) as List;
  };
  /** The element of `id` that this one came behind. */
  const before = (id: number, element: number): number => {
    const key = elements.key[element] as number;
    const place = history.place[element] as number;
    const all = (history.order[key] ?? []).slice(0, place < 0 ? undefined : place);
    return all.findLast((one) => elements.writer[one] === id) ?? element;
  };

  const explain: Words['explain'] = (step, nameOf) => {
    const [from, to] = [nameOf(step.from), nameOf(step.to)];
    if (step.about < 0) return orderWords(step, nameOf, transactions);
    const { key, value } = elements.show(step.about);
    if ((step.kind & dependency.wr) !== 0) {
      return `${to} read ${key} as ${show(readOf(step.to, step.about))} and so saw ${value}, which ${from} had appended`;
    }
    if ((step.kind & dependency.rw) !== 0) {
      return `${from} read ${key} as ${show(readOf(step.from, step.about))} and so did not see ${value}, which ${to} appended`;
    }
    const first = elements.show(before(step.from, step.about)).value;
    const longest = show(history.longest[elements.key[step.about] as number]);
    const isSeen = history.isSeen[step.about] === 1;
    return isSeen
      ? `${from} appended ${first} to ${key} and ${to} appended ${value} behind it, as a read of ${longest} shows`
      : `${from} appended ${first} to ${key}, and ${value}, which ${to} appended, is not yet in the longest read, ${longest}`;
  };

  const label = (step: CycleStep): string => {
    if (step.about < 0) return orderLabel(step, transactions);
    const { key, value } = elements.show(step.about);
    if ((step.kind & dependency.wr) !== 0) return `saw ${value} in ${key}`;
    if ((step.kind & dependency.rw) !== 0) return `did not see ${value} in ${key}`;
    return `then ${value} to ${key}`;
  };
  return { explain, label };
}

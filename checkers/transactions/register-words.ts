/** Words for the edges between transactions on registers. */

import { none } from './elements.ts';
import { dependency } from './graph.ts';
import type { Inference } from './inference.ts';
import { orderLabel, orderWords } from './order-words.ts';
import type { RegisterHistory, Touch } from './register-history.ts';
import type { CycleStep } from './search.ts';

type Words = Pick<Inference, 'explain' | 'label'>;

const { wr, rw, process, realtime } = dependency;

export function registerWords(history: RegisterHistory): Words {
  const { elements, transactions } = history;
  const touchOf = (id: number, key: number): Touch =>
    history.touches[id]?.find((touch) => touch.key === key) ?? { key, read: none, write: none };

  /** How it is known that this value came after what `from` had read or written. */
  const reason = ({ from, to, kind, about }: CycleStep, later: string): string => {
    const key = elements.key[about] as number;
    const source = touchOf(from, key);
    const version = (kind & rw) !== 0 ? source.read : source.write;
    if ((kind & realtime) !== 0) {
      return `; it had that value only later, as the answers to some show that came before others asked`;
    }
    if ((kind & process) !== 0) return '; it had that value only later, as one process saw both';
    if (version < 0) return '';
    return touchOf(to, key).read === version
      ? `; ${later} had read ${history.showVersion(version)} before it wrote`
      : '';
  };

  const explain: Words['explain'] = (step, nameOf) => {
    const [from, to] = [nameOf(step.from), nameOf(step.to)];
    if (step.about < 0) return orderWords(step, nameOf, transactions);
    const { key, value } = elements.show(step.about);
    const source = touchOf(step.from, elements.key[step.about] as number);
    if ((step.kind & wr) !== 0) return `${to} read ${key} as ${value}, which ${from} had written`;
    if ((step.kind & rw) !== 0) {
      return `${from} read ${key} as ${history.showVersion(source.read)} and so did not see ${value}, which ${to} wrote${reason(step, to)}`;
    }
    return `${from} wrote ${key} as ${history.showVersion(source.write)}, ${to} as ${value}${reason(step, to)}`;
  };

  const label = (step: CycleStep): string => {
    if (step.about < 0) return orderLabel(step, transactions);
    const { key, value } = elements.show(step.about);
    if ((step.kind & wr) !== 0) return `saw ${value} in ${key}`;
    if ((step.kind & rw) !== 0) return `did not see ${value} in ${key}`;
    return `then ${value} to ${key}`;
  };
  return { explain, label };
}

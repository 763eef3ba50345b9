/** Random damage to a history: answers that may be wrong. */

import type { History, Operation } from '#src/history/operation';
import { pick, type Random } from '#src/random/random';

/** A few lines of the history changed: another answer, another outcome, or two answers exchanged. */
export function corrupted(random: Random, history: History): History {
  let lines = [...history];
  const times = random.below(4);
  for (let i = 0; i < times; i += 1) {
    const answers = lines.filter(({ type }) => type === 'ok');
    if (answers.length === 0) return lines;
    const line = pick(random, answers);
    const at = line.index;
    lines =
      random.below(4) === 0 ? exchanged(random, lines, at) : lines.with(at, changed(random, line));
  }
  return lines;
}

function exchanged(random: Random, lines: Operation[], at: number): Operation[] {
  const line = lines[at] as Operation;
  const likes = lines.filter((other) => other.type === 'ok' && other.f === line.f);
  const other = pick(random, likes);
  return lines
    .with(at, { ...line, value: other.value })
    .with(other.index, { ...other, value: line.value });
}

function changed(random: Random, line: Operation): Operation {
  const { f, value } = line;
  if (Array.isArray(value)) return { ...line, value: changedList(random, value) };
  switch (f) {
    case 'release':
      return random.below(2) === 0 ? { ...line, type: 'fail' } : { ...line, value: false };
    case 'dequeue':
      return { ...line, value: random.below(3) === 0 ? null : 1 + random.below(6) };
    case 'acquire':
    case 'generate':
      return { ...line, value: 1 + random.below(5) };
    case 'read':
      return { ...line, value: Number(value) + random.below(11) - 5 };
    default:
      // What was asked cannot be changed here; that it had failed can.
      return random.below(2) === 0 ? { ...line, type: 'fail' } : line;
  }
}

function changedList(random: Random, list: readonly unknown[]): readonly unknown[] {
  switch (random.below(3)) {
    case 0:
      return list.filter(() => random.below(3) > 0);
    case 1:
      return [...list, 1 + random.below(7)];
    default:
      return list.length === 0 ? list : [...list, pick(random, list)];
  }
}

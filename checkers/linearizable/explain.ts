/** A violation in words, for a reader who has not seen the history. */

import type { Pair } from '#src/history/pairs';
import { when } from '../found.ts';

export interface Evidence {
  /** `key k3`, or `the register`: what the sentence is about. */
  readonly object: string;
  /** The operation that fits nowhere. */
  readonly impossible: Pair;
  /** Everything that is needed to see it, in the order of the calls, `impossible` among them. */
  readonly involved: readonly Pair[];
  /** States that the object can have been in instead, in words; empty when they are not known. */
  readonly possibleStates: readonly string[];
  /** Whether what is not needed has been left out, as far as time allowed. */
  readonly isReduced: boolean;
}

/** More operations than this are counted and not told one by one. */
const operationsTold = 12;
const statesTold = 4;

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** `add 3 by process 4`, with the answer where it says more than the question. */
export function did({ invoke, completion }: Pair): string {
  const { f, process } = invoke;
  const asked = invoke.value === undefined || invoke.value === null ? '' : ` ${show(invoke.value)}`;
  const answered = completion?.type === 'ok' ? completion.value : undefined;
  const isAnswer = answered !== undefined && show(answered) !== show(invoke.value);
  // A read that found nothing answers with what was asked: null.
  const told = isAnswer || (asked === '' && answered !== undefined) ? ` -> ${show(answered)}` : '';
  return `${f}${asked}${told} by process ${process}`;
}

/** The interval: an operation without a known end may take effect at any time after its call. */
export function span({ invoke, completion }: Pair): string {
  if (completion?.type === 'ok') {
    return `from ${when(invoke, completion)} to ${when(completion, invoke)}`;
  }
  return `from ${when(invoke)} on, outcome unknown`;
}

const ended = ({ completion }: Pair): number =>
  completion?.type === 'ok' ? completion.index : Infinity;

/** How the others stand to the impossible one: what was over before it began is what it should have seen. */
function relation(pair: Pair, impossible: Pair): string {
  if (pair === impossible) return 'fits nowhere';
  if (ended(pair) < impossible.invoke.index) return 'was over before that began';
  return pair.invoke.index > ended(impossible) ? 'began after that was over' : 'overlaps with it';
}

const statesSentence = (states: readonly string[]): string =>
  states.length === 0 || states.length > statesTold
    ? ''
    : `With these alone it could only have held ${states.join(' or ')} by then.`;

/** A few plain sentences and one line per operation. */
export function explain(evidence: Evidence): string {
  const { object, impossible, involved, possibleStates } = evidence;
  const first = `${object} is not linearizable: ${did(impossible)} (${span(impossible)}) can have taken effect at no moment of that time.`;
  if (involved.length === 1)
    return `${first}\nNothing that was asked before it ended can have led to that.`;
  const told = involved.slice(-operationsTold);
  const lines = told.map((pair) => `  ${did(pair)}, ${span(pair)}: ${relation(pair, impossible)}`);
  const earlier = involved.length - told.length;
  const more = earlier > 0 ? [`  ${earlier} earlier ones, and then`] : [];
  const intro = evidence.isReduced
    ? 'These operations alone have no order that explains all of them:'
    : 'The operations up to then:';
  // Of the history without what is not needed: an update that was left out may have come later.
  const states = statesSentence(possibleStates);
  return [first, intro, ...more, ...lines, ...(states === '' ? [] : [states])].join('\n');
}

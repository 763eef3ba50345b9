/**
 * Locks with fencing tokens: one holder at a time, and each grant has a higher token than all before it.
 *
 *     acquire -> 1   |---|                            the tokens say in which order the grants came: 1, its release, 2, its release.
 *     release 1              |------|                 If that order contradicts the times, two held the lock at once, or a token
 *     acquire -> 2                |-----|             went back.
 *
 * Exact, in n log n: the tokens fix the order, so each grant and release is put at the earliest moment that the ones before leave
 * it. A release with an unknown outcome may have happened; an acquire with one got a token that nobody knows.
 */

import { BadInput } from '#src/errors';
import type { Key } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { Findings, ofKey, proven } from './objects/findings.ts';
import { type Contradiction, contradictions, type Tokens, tokensOf } from './objects/grants.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import type { Budget } from './transactions/budget.ts';

interface Tally {
  granted: number;
  released: number;
}

class LockJudge implements ObjectJudge<Tally> {
  readonly bytesPerLine = 250;
  readonly tally: Tally = { granted: 0, released: 0 };

  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void {
    for (const pair of operations) checkOperation(pair);
    const tokens = tokensOf(operations, budget);
    this.#count(tokens);
    for (const contradiction of contradictions(tokens, budget)) {
      findings.add(contradiction.kind, () => inWords(contradiction, key));
    }
  }

  #count(tokens: Tokens): void {
    for (const { grants, released } of tokens.byToken) {
      this.tally.granted += grants.length;
      this.tally.released += released.length;
    }
  }

  tooLittle(): string | undefined {
    return this.tally.granted === 0 ? 'nobody ever got a lock' : undefined;
  }

  details() {
    return { ...this.tally };
  }
}

const sentences: Readonly<Record<Contradiction['kind'], (lock: string, tokens: string) => string>> =
  {
    'duplicate-token': (lock, tokens) => `Two grants${lock} have the same token, ${tokens}.`,
    'token-order': (lock, tokens) =>
      `A grant${lock} has a lower token than one that was over before it was asked for: tokens ${tokens}.`,
    'two-holders': (lock, tokens) =>
      `Two hold the lock${lock} at once: the second grant was over before anybody asked to release the first. Tokens ${tokens}.`,
    'double-release': (lock, tokens) => `One grant${lock} was released twice: token ${tokens}.`,
    'release-without-hold': (lock, tokens) =>
      `A release${lock} succeeded although nobody held the lock with token ${tokens} at any time of it.`,
    'refused-release': (lock, tokens) =>
      `A holder${lock} was told that the lock is not held with its token, ${tokens}, and nobody else had asked to release that.`,
  };

function inWords(contradiction: Contradiction, key: Key | undefined) {
  const { kind, tokens, involved, impossible, unknownAcquires } = contradiction;
  const sentence = sentences[kind](ofKey(key), tokens.join(' and '));
  const why =
    unknownAcquires === undefined
      ? ''
      : ` Acquires with unknown outcomes (${unknownAcquires} by then) got one token each at most, and other releases have shown those.`;
  return proven(`${sentence}${why}`, involved, impossible);
}

function checkOperation({ invoke, completion }: Pair): void {
  const { f, value, index } = invoke;
  const answer = completion?.type === 'ok' ? completion.value : undefined;
  if (f === 'look') return;
  if (f === 'acquire' && (completion?.type !== 'ok' || typeof answer === 'number')) return;
  if (f === 'release' && typeof value === 'number') return;
  throw new BadInput(
    `operation ${index}: ${f} ${JSON.stringify(f === 'release' ? value : answer) ?? 'of nothing'} is nothing that a lock with fencing tokens has. Allowed: acquire (a number, the token), release of a token (false when it was refused). For locks without tokens take the model mutex.`,
  );
}

/** `check` throws BadInput for operations other than `acquire`, `release` and `look`, and for grants without a token. */
export const lock = (options: ObjectsOptions = {}): Checker => ({
  name: 'lock',
  summary: 'locks with fencing tokens: one holder at a time, and tokens only rise',
  check: (context) => judgeObjects(context, new LockJudge(), new Findings(), options),
});

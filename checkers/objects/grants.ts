/** Grants and releases of one lock in the order of their tokens, and where that contradicts their times. */

import type { Pair } from '#src/history/pairs';
import type { Budget } from '../transactions/budget.ts';
import { endOf } from './findings.ts';

export interface Token {
  readonly token: number;
  /** Acquires that were answered with it; more than one is wrong already. */
  readonly grants: Pair[];
  readonly released: Pair[];
  /** Releases that were answered: it is not held with this token. */
  readonly refused: Pair[];
  /** Releases that may have happened. */
  readonly maybeReleased: Pair[];
}

export interface Tokens {
  /** Lowest first. */
  readonly byToken: readonly Token[];
  /** The first acquire whose outcome is not known: it may have got any token. */
  readonly unknownAcquire: Pair | undefined;
  /** All of these, in the order of their calls: each got one token at most. */
  readonly unknownAcquires: readonly Pair[];
}

export interface Contradiction {
  readonly kind:
    | 'duplicate-token'
    | 'token-order'
    | 'two-holders'
    | 'double-release'
    | 'release-without-hold'
    | 'refused-release';
  readonly tokens: readonly number[];
  readonly involved: readonly Pair[];
  readonly impossible: Pair;
  /** Acquires with unknown outcomes that were asked in time, where there are some, but too few. */
  readonly unknownAcquires?: number;
}

/** Operations in the order of their calls. */
export function tokensOf(operations: readonly Pair[], budget: Budget): Tokens {
  const tokens = new Map<number, Token>();
  const unknownAcquires: Pair[] = [];
  for (const pair of operations) {
    budget.step();
    const { invoke, completion } = pair;
    const type = completion?.type ?? 'info';
    if (type === 'fail') continue;
    if (invoke.f === 'release') noteRelease(tokenAt(tokens, Number(invoke.value)), pair);
    else if (invoke.f === 'acquire') {
      if (type === 'ok') tokenAt(tokens, Number(completion?.value)).grants.push(pair);
      else unknownAcquires.push(pair);
    }
  }
  return {
    byToken: [...tokens.values()].sort((a, b) => a.token - b.token),
    unknownAcquire: unknownAcquires[0],
    unknownAcquires,
  };
}

function tokenAt(tokens: Map<number, Token>, token: number): Token {
  let found = tokens.get(token);
  if (found === undefined) {
    found = { token, grants: [], released: [], refused: [], maybeReleased: [] };
    tokens.set(token, found);
  }
  return found;
}

function noteRelease(token: Token, pair: Pair): void {
  const { completion } = pair;
  if (completion?.type !== 'ok') token.maybeReleased.push(pair);
  else if (completion.value === false) token.refused.push(pair);
  else token.released.push(pair);
}

/** Where an operation is put, and what keeps it from being earlier. */
interface Front {
  /** Everything up to now took effect at this position of the history or before. */
  position: number;
  by: Step | undefined;
}

/** A grant or a release in its place. */
interface Step {
  readonly pair: Pair;
  readonly token: number;
  /** The acquire that got the token. */
  readonly grant: Pair;
  /** What shows that it did: itself, or what was released, where its outcome is not known. */
  readonly shownBy: readonly Pair[];
}

/** What is wrong with each token by itself, and the first place where their order is wrong. */
export function contradictions(tokens: Tokens, budget: Budget): readonly Contradiction[] {
  const found: Contradiction[] = [];
  for (const token of tokens.byToken) {
    budget.step();
    found.push(...wrongInItself(token, tokens.unknownAcquire));
  }
  found.push(...moreThanAsked(tokens));
  const order = firstOutOfOrder(tokens, budget);
  // What repeats or refuses a token contradicts the order, too, and says better what is wrong.
  return order === undefined || found.length > 0 ? found : [order];
}

function wrongInItself(
  { token, grants, released, refused, maybeReleased }: Token,
  unknownAcquire: Pair | undefined,
): Contradiction[] {
  const found: Contradiction[] = [];
  const [grant, again] = grants;
  const [release, releaseAgain] = released;
  const note = (kind: Contradiction['kind'], involved: readonly Pair[]): void => {
    found.push({ kind, tokens: [token], involved, impossible: involved.at(-1) as Pair });
  };
  if (grant !== undefined && again !== undefined) note('duplicate-token', [grant, again]);
  if (release !== undefined && releaseAgain !== undefined) {
    note('double-release', [...grants, release, releaseAgain]);
  }
  if (release !== undefined && grant === undefined && !mayHaveGranted(unknownAcquire, release)) {
    note('release-without-hold', [release]);
  }
  const others = [...released, ...maybeReleased];
  for (const refusal of refused) {
    if (grant === undefined || refusal.invoke.index < endOf(grant)) continue;
    const isExplained = others.some(({ invoke }) => invoke.index < endOf(refusal));
    if (!isExplained) note('refused-release', [grant, refusal]);
  }
  return found;
}

const mayHaveGranted = (acquire: Pair | undefined, release: Pair): boolean =>
  acquire !== undefined && acquire.invoke.index < endOf(release);

/** Releases with tokens of which nobody was told, beyond as many as acquires with unknown outcomes can have got. */
function moreThanAsked({ byToken, unknownAcquires }: Tokens): Contradiction[] {
  const due = byToken
    .flatMap(({ token, grants, released: [release] }) =>
      grants.length > 0 || release === undefined ? [] : [{ token, release }],
    )
    .sort((a, b) => endOf(a.release) - endOf(b.release));
  let asked = 0;
  /** Releases that are explained by them. */
  const explained: Pair[] = [];
  const found: Contradiction[] = [];
  for (const { token, release } of due) {
    while ((unknownAcquires[asked]?.invoke.index ?? Infinity) < endOf(release)) asked += 1;
    // Where nobody asked at all, the token is wrong in itself.
    if (asked === 0) continue;
    if (explained.length < asked) explained.push(release);
    else {
      const involved = [...unknownAcquires.slice(0, asked), ...explained, release];
      const kind = 'release-without-hold';
      found.push({ kind, tokens: [token], involved, impossible: release, unknownAcquires: asked });
    }
  }
  return found;
}

/** Puts one after the other at the earliest moment there is. */
function firstOutOfOrder(
  { byToken, unknownAcquire }: Tokens,
  budget: Budget,
): Contradiction | undefined {
  const front: Front = { position: -1, by: undefined };
  let held: Token | undefined;
  for (const token of byToken) {
    budget.step();
    const [grant] = token.grants;
    const [release] = token.released;
    // A grant that nobody was told of is known by its release.
    const begin = grant ?? (release === undefined ? undefined : unknownAcquire);
    if (begin === undefined) continue;
    const shownBy = grant === undefined ? [begin, ...token.released] : [begin];
    const asked = { token: token.token, grant: begin, shownBy };
    if (held !== undefined) {
      const wrong = giveBack(front, held, asked);
      if (wrong !== undefined) return wrong;
    }
    if (!put(front, { ...asked, pair: begin }))
      return contradiction(front, { ...asked, pair: begin });
    held = token;
    if (release === undefined) continue;
    if (!put(front, { ...asked, pair: release }))
      return contradiction(front, { ...asked, pair: release });
    held = undefined;
  }
  return undefined;
}

/** The one that holds the lock must have given it back before the next grant; nobody was told so. */
function giveBack(
  front: Front,
  { token, grants, maybeReleased }: Token,
  next: Omit<Step, 'pair'>,
): Contradiction | undefined {
  const [release] = maybeReleased;
  const [grant] = grants;
  if (release !== undefined && grant !== undefined) {
    put(front, { pair: release, token, grant, shownBy: [grant] });
    return undefined;
  }
  if (grant !== undefined && grant.invoke.index > endOf(next.grant)) {
    const tokens = [token, next.token];
    const involved = [...next.shownBy, grant];
    return { kind: 'token-order', tokens, involved, impossible: grant };
  }
  return {
    kind: 'two-holders',
    tokens: [token, next.token],
    involved: [...grants, ...next.shownBy],
    impossible: next.grant,
  };
}

/** False: it was over before something that comes before it had begun. */
function put(front: Front, step: Step): boolean {
  const { index } = step.pair.invoke;
  if (Math.max(front.position, index) > endOf(step.pair)) return false;
  if (index > front.position) {
    front.position = index;
    front.by = step;
  }
  return true;
}

function contradiction({ by }: Front, { pair, token, grant, shownBy }: Step): Contradiction {
  const blocker = by as Step;
  const tokens = [blocker.token, token];
  if (blocker.token === token) {
    const involved = [blocker.pair, pair];
    return { kind: 'release-without-hold', tokens: [token], involved, impossible: pair };
  }
  // The lower token was asked for after the higher one had been given out.
  if (blocker.grant.invoke.index > endOf(grant)) {
    return {
      kind: 'token-order',
      tokens,
      involved: [...shownBy, ...blocker.shownBy],
      impossible: blocker.grant,
    };
  }
  const involved = [...new Set([...blocker.shownBy, blocker.pair, ...shownBy, pair])];
  return { kind: 'two-holders', tokens, involved, impossible: pair };
}

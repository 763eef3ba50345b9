/** One of several: mix, anyOf, shortestAny, flipFlop. All of them tell every part of every event. */

import type { Operation } from '../history/operation.ts';
import type { Context, Generator, Next, Thread } from './generator.ts';
import { done, emit, lift, nothing, pending, type Source, sooner } from './source.ts';

/** The same list if nothing in it changed. */
function updateAll(
  parts: readonly Generator[],
  context: Context,
  event: Operation,
  thread: Thread,
): readonly Generator[] {
  let changed: Generator[] | undefined;
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] as Generator;
    const updated = part.update(context, event, thread);
    if (updated === part) continue;
    changed ??= [...parts];
    changed[i] = updated;
  }
  return changed ?? parts;
}

/**
 * Each operation from a part that is drawn at random; give a part twice to have twice as much of it. While the drawn
 * part has nothing to do, others go on in its place and it keeps its turn. Ends when all parts have ended.
 */
export const mix = (...sources: readonly Source[]): Generator =>
  sources.length === 0 ? nothing : new Mix(sources.map(lift), undefined);

class Mix implements Generator {
  readonly #parts: readonly Generator[];
  /** Whose turn it is. Drawn when the operation before was given, so that being asked again changes nothing. */
  readonly #turn: number | undefined;

  constructor(parts: readonly Generator[], turn: number | undefined) {
    this.#parts = parts;
    this.#turn = turn;
  }

  next(context: Context): Next {
    if (this.#parts.length === 0) return done;
    const turn = this.#turn ?? context.random.below(this.#parts.length);
    const next = (this.#parts[turn] as Generator).next(context);
    if (next.kind === 'op') {
      return emit(next.planned, this.#with(turn, next.then, this.#draw(context)));
    }
    if (next.kind === 'pending') return this.#instead(context, turn, next);
    return new Mix(this.#parts.toSpliced(turn, 1), undefined).next(context);
  }

  /** Asks the other parts, in random order, and leaves the turn with the one that is pending. */
  #instead(context: Context, turn: number, waiting: Next & { kind: 'pending' }): Next {
    const parts = [...this.#parts];
    parts[turn] = waiting.then;
    let untilNs = waiting.untilNs;
    const others = parts.map((_, i) => i).filter((i) => i !== turn);
    while (others.length > 0) {
      const [i] = others.splice(context.random.below(others.length), 1) as [number];
      const next = (parts[i] as Generator).next(context);
      if (next.kind === 'done') {
        parts[i] = nothing;
      } else if (next.kind === 'pending') {
        parts[i] = next.then;
        untilNs = sooner(untilNs, next.untilNs);
      } else {
        // The others keep their old state: only the answer that is used counts.
        return emit(next.planned, this.#with(i, next.then, turn));
      }
    }
    return pending(sameParts(parts, this.#parts) ? this.#at(turn) : new Mix(parts, turn), untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const parts = updateAll(this.#parts, context, event, thread);
    return parts === this.#parts ? this : new Mix(parts, this.#turn);
  }

  #draw(context: Context): number {
    return this.#parts.length === 1 ? 0 : context.random.below(this.#parts.length);
  }

  #with(i: number, part: Generator, turn: number): Mix {
    return part === this.#parts[i] ? this.#at(turn) : new Mix(this.#parts.with(i, part), turn);
  }

  #at(turn: number): Mix {
    return turn === this.#turn ? this : new Mix(this.#parts, turn);
  }
}

const sameParts = (a: readonly Generator[], b: readonly Generator[]): boolean =>
  a.every((part, i) => part === b[i]);

/** Whichever has the soonest operation; a fair draw among equals. Ends when all parts have ended. */
export const anyOf = (...sources: readonly Source[]): Generator =>
  sources.length === 0 ? nothing : new Any(sources.map(lift), false);

/** Like `anyOf`, but ends when any one part ends: runs a workload until the script beside it is over. */
export const shortestAny = (...sources: readonly Source[]): Generator =>
  sources.length === 0 ? nothing : new Any(sources.map(lift), true);

class Any implements Generator {
  readonly #parts: readonly Generator[];
  readonly #endsWithOne: boolean;

  constructor(parts: readonly Generator[], endsWithOne: boolean) {
    this.#parts = parts;
    this.#endsWithOne = endsWithOne;
  }

  next(context: Context): Next {
    const answers = this.#parts.map((part) => part.next(context));
    const over = answers.filter((answer) => answer.kind === 'done').length;
    if (over === answers.length || (over > 0 && this.#endsWithOne)) return done;
    const best = soonest(context, answers);
    const chosen = best === undefined ? undefined : answers[best];
    if (chosen?.kind === 'op') {
      const parts = this.#parts.map((part, i) => {
        if (answers[i]?.kind === 'done') return nothing;
        return i === best ? chosen.then : part;
      });
      return emit(chosen.planned, this.#with(parts));
    }
    let untilNs: number | undefined;
    const parts = answers.map((answer) => {
      if (answer.kind !== 'pending') return nothing;
      untilNs = sooner(untilNs, answer.untilNs);
      return answer.then;
    });
    return pending(this.#with(parts), untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const parts = updateAll(this.#parts, context, event, thread);
    return parts === this.#parts ? this : new Any(parts, this.#endsWithOne);
  }

  #with(parts: readonly Generator[]): Any {
    return sameParts(parts, this.#parts) ? this : new Any(parts, this.#endsWithOne);
  }
}

/** The place of the operation with the earliest time, or undefined. What is overdue counts as now. */
function soonest(context: Context, answers: readonly Next[]): number | undefined {
  let best: number | undefined;
  let bestNs = Number.POSITIVE_INFINITY;
  let equals = 0;
  for (let i = 0; i < answers.length; i += 1) {
    const answer = answers[i] as Next;
    if (answer.kind !== 'op') continue;
    const timeNs = Math.max(answer.planned.timeNs, context.timeNs);
    if (timeNs < bestNs) {
      best = i;
      bestNs = timeNs;
      equals = 1;
    } else if (timeNs === bestNs) {
      // The k-th of equals takes the place with probability 1/k: each has the same chance in the end.
      equals += 1;
      if (context.random.below(equals) === 0) best = i;
    }
  }
  return best;
}

/** One operation of `a`, one of `b`, one of `a`, ... Waits for the one whose turn it is; ends when that one has ended. */
export const flipFlop = (a: Source, b: Source): Generator => new FlipFlop([lift(a), lift(b)], 0);

class FlipFlop implements Generator {
  readonly #parts: readonly Generator[];
  readonly #turn: number;

  constructor(parts: readonly Generator[], turn: number) {
    this.#parts = parts;
    this.#turn = turn;
  }

  next(context: Context): Next {
    const next = (this.#parts[this.#turn] as Generator).next(context);
    if (next.kind === 'done') return done;
    const parts = this.#parts.with(this.#turn, next.then);
    return next.kind === 'op'
      ? emit(next.planned, new FlipFlop(parts, 1 - this.#turn))
      : pending(new FlipFlop(parts, this.#turn), next.untilNs);
  }

  update(context: Context, event: Operation, thread: Thread): Generator {
    const parts = updateAll(this.#parts, context, event, thread);
    return parts === this.#parts ? this : new FlipFlop(parts, this.#turn);
  }
}

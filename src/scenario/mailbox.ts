/** The network of a scenario: a box of messages in plain sight, which steps deliver, lose, hold back or double. */

import type { Selector } from './actions.ts';
import { selectorText } from './grammar.ts';

export interface Mail {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly label: string;
  readonly message: unknown;
}

export class Mailbox {
  /** In flight, oldest first. */
  flying: Mail[] = [];
  readonly #holds = new Map<string, Selector>();
  #last = 0;

  /** The number for the next message. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  take(mail: Mail): void {
    this.flying = this.flying.filter((other) => other !== mail);
  }

  matching(select: Selector): readonly Mail[] {
    return this.flying.filter(
      (mail) => matches(mail, select) && (select.delayed === undefined || this.isHeld(mail)),
    );
  }

  isHeld(mail: Mail): boolean {
    return [...this.#holds.values()].some((hold) => matches(mail, hold));
  }

  hold(select: Selector): void {
    this.#holds.set(selectorText(select), select);
  }

  /** False when nothing is held in these words. */
  release(select: Selector): boolean {
    return this.#holds.delete(selectorText(select));
  }

  get holds(): readonly string[] {
    return [...this.#holds.keys()];
  }
}

/** Whether a message is one of those meant, held or not. */
export function matches(mail: Omit<Mail, 'number' | 'message'>, select: Selector): boolean {
  const { from, to, either, kind, containing } = select;
  return (
    (from === undefined || mail.from === from) &&
    (to === undefined || mail.to === to) &&
    (either === undefined || mail.from === either || mail.to === either) &&
    (kind === undefined || mail.kind === kind) &&
    (containing === undefined || mail.label.includes(containing))
  );
}

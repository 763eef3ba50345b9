/**
 * Who wants what of a thing that several faults act on at the same time. A claim is withdrawn by its owner only, and is
 * remembered as unfinished until what the withdrawal asks for has really been done: a failed healing can be repeated.
 */

export class Claims<Want> {
  readonly #claims = new Map<string, Map<string, readonly Want[]>>();

  /** Adds one more claim of this owner on this thing. */
  add(owner: string, thing: string, want: Want): void {
    const owned = this.#claims.get(owner) ?? new Map<string, readonly Want[]>();
    owned.set(thing, [...(owned.get(thing) ?? []), want]);
    this.#claims.set(owner, owned);
  }

  /** Withdraws those of the owner's claims on this thing that are meant; the others stay. */
  drop(owner: string, thing: string, isMeant: (want: Want) => boolean): void {
    const owned = this.#claims.get(owner);
    const wants = owned?.get(thing);
    if (wants !== undefined)
      owned?.set(
        thing,
        wants.filter((want) => !isMeant(want)),
      );
  }

  /** Withdraws all claims of the owner. Gives the things that it had claimed and that are not finished. */
  withdraw(owner: string): readonly string[] {
    const owned = this.#claims.get(owner) ?? new Map<string, readonly Want[]>();
    for (const thing of owned.keys()) owned.set(thing, []);
    return [...owned.keys()];
  }

  /** The withdrawal has been carried out on this thing. Keeps a claim that was made anew in the meantime. */
  finish(owner: string, thing: string): void {
    const owned = this.#claims.get(owner);
    if (owned?.get(thing)?.length === 0) owned.delete(thing);
    if (owned?.size === 0) this.#claims.delete(owner);
  }

  /** Everything that anybody wants of this thing. */
  on(thing: string): readonly Want[] {
    return [...this.#claims.values()].flatMap((owned) => owned.get(thing) ?? []);
  }
}

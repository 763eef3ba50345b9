/** What the owners of faults want of each thing, and what follows from it: applied at once whenever it changes. */

export class Owned<Want> {
  /** By thing, then by owner. */
  readonly #claims = new Map<string, Map<string, readonly Want[]>>();
  readonly #apply: (thing: string, wants: readonly Want[]) => void;

  /** `apply` brings a thing to everything that is wanted of it at present, which may be nothing. */
  constructor(apply: (thing: string, wants: readonly Want[]) => void) {
    this.#apply = apply;
  }

  on(thing: string): readonly Want[] {
    return [...(this.#claims.get(thing)?.values() ?? [])].flat();
  }

  add(owner: string, thing: string, want: Want): void {
    this.replace(owner, thing, () => false, want);
  }

  /** In the place of what the owner wanted of this thing and `isOld` says is over. */
  replace(owner: string, thing: string, isOld: (want: Want) => boolean, want: Want): void {
    const claims = this.#claims.get(thing) ?? new Map<string, readonly Want[]>();
    const kept = (claims.get(owner) ?? []).filter((other) => !isOld(other));
    claims.set(owner, [...kept, want]);
    this.#claims.set(thing, claims);
    this.#apply(thing, this.on(thing));
  }

  /** Gives the things that the owner had claimed. */
  withdraw(owner: string): readonly string[] {
    const things: string[] = [];
    for (const [thing, claims] of this.#claims) {
      if (claims.delete(owner)) things.push(thing);
    }
    for (const thing of things) this.#apply(thing, this.on(thing));
    return things;
  }

  /** Everything that anybody wants of anything now. */
  all(): readonly { readonly thing: string; readonly want: Want }[] {
    return [...this.#claims.keys()].flatMap((thing) =>
      this.on(thing).map((want) => ({ thing, want })),
    );
  }
}

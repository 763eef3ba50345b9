/** Assertions that stay on. A broken invariant stops the node: a consensus node that goes on after one may lie. */

/** Something that must never be false was false. The driver must stop the node; its durable state is what counts. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** Throws BrokenInvariant. Written behind an `if`, so that the message is only built when it is needed. */
export function broken(message: string): never {
  throw new BrokenInvariant(message);
}

/** For the end of a switch over a union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable: ${JSON.stringify(value)}`);
}

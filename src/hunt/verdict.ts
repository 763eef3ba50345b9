/** What is said of one test. */

export type FoundBy = 'crash' | 'invariant' | 'checker' | 'liveness';

export type Verdict =
  | { readonly kind: 'passed' }
  /** Nothing failed, and nothing that clients were told could have shown an error. */
  | { readonly kind: 'idle' }
  /** Some checker ran out of its budget. */
  | { readonly kind: 'undecided'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly by: FoundBy;
      /** The invariant's id and name, the checker's name, or what did not go on. */
      readonly name: string;
      readonly explanation: string;
      /** When it was not served, ns. */
      readonly duringNs?: readonly [from: number, to: number];
    };

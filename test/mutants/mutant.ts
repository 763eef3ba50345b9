/** A mutant: one known kind of bug, planted in our own code as data (file, text that stands there once, replacement). */

export interface Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** `B` clients can see it, `W` only the nodes' own traces show it (or show it first), `L` progress is lost, `P` only speed. */
export type MutantClass = 'B' | 'W' | 'L' | 'P';

export interface Mutant {
  /** The row of the list it is taken from, or a name of our own. */
  readonly id: string;
  readonly title: string;
  readonly class: MutantClass;
  readonly algorithm: 'raft' | 'paxos' | 'both';
  /** Invariants and properties that it breaks, the most direct one first. */
  readonly breaks: readonly string[];
  readonly edits: readonly Edit[];
  /** `sim`: needs reordering, duplication, a clock or a disk that only the simulated world has. */
  readonly reach: 'sim' | 'real+sim';
  /** Where such a bug was seen; `own` for those of our invention. */
  readonly source: string;
  /** Workloads that can show it; the first one is tried first. */
  readonly workloads: readonly string[];
  /** Why it is a bug here, and by which schedule it shows. */
  readonly why: string;
  /** What the search has to bring along to meet it. */
  readonly needs?: Needs;
}

export interface Needs {
  /** Cluster sizes at which it shows; left out: any from 3. */
  readonly nodes?: readonly number[];
  /** Limits or options of the algorithm that it needs. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly faults?: readonly string[];
}

/** A mutant that cannot be planted: its text is not there (or there more than once). */
export class MutantRotten extends Error {
  override readonly name = 'MutantRotten';
}

/** The text with this mutant's edits of `file`. Throws MutantRotten that names mutant, file and text. */
export function applyEdits(mutant: Mutant, file: string, text: string): string {
  let out = text;
  for (const edit of mutant.edits) {
    if (edit.file !== file) continue;
    const count = out.split(edit.find).length - 1;
    if (count !== 1) {
      throw new MutantRotten(
        `mutant ${mutant.id} (${mutant.title}) cannot be planted in ${file}: this text stands there ${count} times, ` +
          `it has to be there once:\n${edit.find}\n  next: look at what became of it and mend test/mutants/catalogue`,
      );
    }
    // A function, so that `$` in the replacement means itself.
    out = out.replace(edit.find, () => edit.replace);
  }
  return out;
}

/** The files that a mutant changes, each once. */
export const filesOf = (mutant: Mutant): readonly string[] => [
  ...new Set(mutant.edits.map(({ file }) => file)),
];

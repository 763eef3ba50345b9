/** A played scenario as plain data: the only thing that the narration and the page know. */

/** What one node looks like: rows of name and value, in words. */
export interface NodePicture {
  readonly node: string;
  /** `stopped`: it found its own rules broken and refuses to go on. */
  readonly health: 'up' | 'down' | 'stopped';
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** `mail` numbers a message from its sending to its end; a duplicate has a number of its own. */
export type FrameEvent =
  | {
      readonly kind: 'sent' | 'lost' | 'doubled';
      readonly mail: number;
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly words: string;
    }
  /** Written, and not yet allowed to leave: the disk does not have yet what the message promises. */
  | {
      readonly kind: 'waiting';
      readonly mail: number;
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly words: string;
    }
  | {
      readonly kind: 'received';
      readonly mail: number;
      readonly from: string;
      readonly to: string;
      readonly label: string;
      /** The receiver's state before, in words. */
      readonly before: string;
      /** What it decided, and why. */
      readonly words: readonly string[];
    }
  /** Something that happened at one node, not by a message. */
  | { readonly kind: 'at'; readonly node: string; readonly words: readonly string[] };

export interface Outcome {
  readonly kind: 'open' | 'chosen' | 'broken';
  readonly words: string;
}

export interface Checked {
  readonly text: string;
  readonly ok: boolean;
  /** What was found. */
  readonly seen: string;
}

/** One step of the scenario. */
export interface Frame {
  /** 0: how it begins. */
  readonly number: number;
  readonly line: number;
  readonly text: string;
  readonly say: string;
  readonly events: readonly FrameEvent[];
  readonly nodes: readonly NodePicture[];
  /** Messages that are on their way after the step; `held` ones do not arrive by themselves. */
  readonly mail: readonly {
    readonly mail: number;
    readonly from: string;
    readonly to: string;
    readonly label: string;
    readonly state: 'flying' | 'held' | 'disk';
  }[];
  readonly quorums: readonly string[];
  readonly outcome: Outcome;
  readonly checks: readonly Checked[];
}

export interface PlayedScenario {
  readonly title: string;
  readonly about: string;
  readonly system: string;
  readonly nodes: readonly string[];
  readonly quorum: number;
  readonly frames: readonly Frame[];
  /** Whether every expectation held. */
  readonly passed: boolean;
}

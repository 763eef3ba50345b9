/** The steps that a scenario can have: one row each, from which the parser, its errors and the documentation come. */

import type { Action, Selector } from './actions.ts';
import type { ScenarioSystem } from './system.ts';
import { parseWrite } from './systems/detail.ts';

/** What names in a step can refer to. */
export interface Vocabulary {
  readonly system: ScenarioSystem;
  readonly nodes: readonly string[];
}

export interface StepForm {
  /** As documented. */
  readonly form: string;
  readonly example: string;
  readonly does: string;
  /** Left out: all systems. */
  readonly systems?: readonly string[];
  readonly regex: RegExp;
  /** Groups of the regular expression, empty where absent. Throws RangeError on names that mean nothing. */
  readonly read: (groups: readonly string[], words: Vocabulary) => Action;
}

/** Throws RangeError when it is not one of the nodes. */
export function nodeNamed(name: string | undefined, { nodes }: Vocabulary): string {
  const found = nodes.find((node) => node === name);
  if (found === undefined)
    throw new RangeError(`${name} is not a node; the nodes are ${nodes.join(', ')}`);
  return found;
}

/** `A -> B promise "Mango"`, `to B`, `from A accept`, `C`. Throws RangeError. */
export function parseSelector(text: string, words: Vocabulary): Selector {
  let rest = text.trim();
  let select: Selector = {};
  const quoted = /\s*"([^"]*)"$/.exec(rest);
  if (quoted !== null) {
    select = { ...select, containing: String(quoted[1]) };
    rest = rest.slice(0, quoted.index).trim();
  }
  const delayed = /^the delayed\s*/.exec(rest);
  if (delayed !== null) {
    select = { ...select, delayed: true };
    rest = rest.slice(delayed[0].length);
  }
  const link = /^(?:(\w+) -> (\w+)|to (\w+)|from (\w+))(?:\s+|$)/.exec(rest);
  if (link !== null) {
    const [from, to] = [link[1] ?? link[4], link[2] ?? link[3]];
    if (from !== undefined) select = { ...select, from: nodeNamed(from, words) };
    if (to !== undefined) select = { ...select, to: nodeNamed(to, words) };
    rest = rest.slice(link[0].length).trim();
  }
  if (rest === '') return select;
  if (words.nodes.includes(rest) && link === null) return { ...select, either: rest };
  const { kinds, name } = words.system;
  if (!kinds.includes(rest)) {
    throw new RangeError(
      `"${rest}" is no message of ${name}; its messages are ${kinds.join(', ')} (written as: A -> B ${kinds[0]})`,
    );
  }
  return { ...select, kind: rest };
}

/** A selector as it is written. */
export function selectorText(select: Selector): string {
  const link =
    select.from !== undefined && select.to !== undefined
      ? `${select.from} -> ${select.to}`
      : (select.either ??
        (select.to === undefined
          ? select.from === undefined
            ? ''
            : `from ${select.from}`
          : `to ${select.to}`));
  const quoted = select.containing === undefined ? '' : `"${select.containing}"`;
  const words = [select.delayed ? 'the delayed' : '', link, select.kind ?? '', quoted];
  return words.filter((word) => word !== '').join(' ') || 'anything';
}

const single = ['single-decree'];
const logged = ['paxos', 'raft'];

const proposals: readonly StepForm[] = [
  {
    form: 'NODE prepares ROUND [to NODE, NODE]',
    example: 'A prepares 1 to B',
    does: 'The proposer at NODE starts a ballot with its value from `values`. With `to`, the other Prepares are never sent.',
    systems: single,
    regex: /^(\w+) prepares (\d+)(?: to (.+))?$/,
    read: ([node, round, to], words) => ({
      kind: 'prepare',
      node: nodeNamed(node, words),
      round: Number(round),
      to:
        to === '' || to === undefined
          ? []
          : to.split(/,\s*|\s+and\s+/).map((n) => nodeNamed(n, words)),
    }),
  },
  {
    form: 'NODE proposes VALUE',
    example: 'A proposes Apple',
    does: 'The proposer at NODE wants VALUE and starts the lowest ballot it may use.',
    systems: single,
    regex: /^(\w+) proposes (\S+)$/,
    read: ([node, value], words) => ({
      kind: 'propose',
      node: nodeNamed(node, words),
      value: String(value),
    }),
  },
  {
    form: 'NODE promises | NODE accepts',
    example: 'B accepts',
    does: 'The oldest Prepare (or Accept) for NODE arrives, and NODE says yes. That it does is checked.',
    systems: single,
    regex: /^(\w+) (promises|accepts)$/,
    read: ([node, what], words) => ({
      kind: 'answer',
      node: nodeNamed(node, words),
      question: what === 'promises' ? 'prepare' : 'accept',
      reply: what === 'promises' ? 'promise' : 'accepted',
    }),
  },
  {
    form: 'NODE refuses prepare | NODE refuses accept',
    example: 'B refuses accept',
    does: 'The oldest Prepare (or Accept) for NODE arrives, and NODE answers with a Nack. That it does is checked.',
    systems: single,
    regex: /^(\w+) refuses (prepare|accept)$/,
    read: ([node, what], words) => ({
      kind: 'answer',
      node: nodeNamed(node, words),
      question: String(what),
      reply: 'nack',
    }),
  },
  {
    form: 'client NODE writes KEY=VALUE',
    example: 'client A writes x=1',
    does: 'A client asks NODE to put a write into the log.',
    systems: logged,
    regex: /^client (\w+) writes (\S+)$/,
    read: ([node, text], words) => {
      const write = parseWrite(String(text));
      if (write === undefined) throw new RangeError(`${text} is not KEY=VALUE, such as x=1`);
      return { kind: 'write', node: nodeNamed(node, words), ...write };
    },
  },
  {
    form: 'client NODE reads KEY',
    example: 'client A reads x',
    does: 'A client asks NODE for a linearizable read.',
    systems: logged,
    regex: /^client (\w+) reads ([A-Za-z]\w*)$/,
    read: ([node, key], words) => ({
      kind: 'read',
      node: nodeNamed(node, words),
      key: String(key),
    }),
  },
];

const messages: readonly StepForm[] = [
  {
    form: 'deliver all [MESSAGES]',
    example: 'deliver all',
    does: 'Delivers until nothing (that matches) is in flight, answers included. What is held stays.',
    regex: /^deliver all(?: (.+))?$/,
    read: ([text], words) => ({
      kind: 'deliver',
      which: 'all',
      select: parseSelector(text ?? '', words),
    }),
  },
  {
    form: 'deliver each [MESSAGES]',
    example: 'deliver each A -> B',
    does: 'Delivers what is in flight now, once each; answers wait for a later step. What is held stays.',
    regex: /^deliver each(?: (.+))?$/,
    read: ([text], words) => ({
      kind: 'deliver',
      which: 'each',
      select: parseSelector(text ?? '', words),
    }),
  },
  {
    form: 'deliver MESSAGES',
    example: 'deliver the delayed promise',
    does: 'Delivers the oldest message that matches, also a held one.',
    regex: /^deliver (.+)$/,
    read: ([text], words) => ({
      kind: 'deliver',
      which: 'one',
      select: parseSelector(String(text), words),
    }),
  },
  {
    form: 'drop MESSAGES',
    example: 'drop A -> C',
    does: 'Loses every message in flight that matches; there must be one.',
    regex: /^drop (.+)$/,
    read: ([text], words) => ({
      kind: 'drop',
      select: parseSelector(text === 'all' ? '' : String(text), words),
    }),
  },
  {
    form: 'duplicate MESSAGES',
    example: 'duplicate A -> B accept',
    does: 'Puts a second copy of the oldest match into flight.',
    regex: /^duplicate (.+)$/,
    read: ([text], words) => ({ kind: 'duplicate', select: parseSelector(String(text), words) }),
  },
  {
    form: 'hold MESSAGES',
    example: 'hold C',
    does: 'From now on matching messages are delayed: `deliver all` and `deliver each` pass them over. `hold C` cuts C off.',
    regex: /^hold (.+)$/,
    read: ([text], words) => ({ kind: 'hold', select: parseSelector(String(text), words) }),
  },
  {
    form: 'release MESSAGES',
    example: 'release C',
    does: 'Ends a hold, written in the same words.',
    regex: /^release (.+)$/,
    read: ([text], words) => ({ kind: 'release', select: parseSelector(String(text), words) }),
  },
];

/** `B crashes` would read well too, but one way to say a thing is enough. */
const atNode = (kind: 'crash' | 'restart' | 'wipe', does: string): StepForm => ({
  form: `${kind} NODE`,
  example: `${kind} B`,
  does,
  regex: new RegExp(`^${kind} (\\w+)$`),
  read: ([node], words) => ({ kind, node: nodeNamed(node, words) }),
});

const nodes: readonly StepForm[] = [
  atNode(
    'crash',
    'NODE dies with everything that is not on its disk. What it has sent is still on its way.',
  ),
  atNode('restart', 'NODE comes back with what its disk holds.'),
  atNode(
    'wipe',
    'The disk of NODE, which must be down, is lost. No algorithm allows a node to come back from that under its name.',
  ),
  {
    form: "NODE's disk stalls",
    example: "B's disk stalls",
    does: 'Writes of NODE are not finished until it syncs; messages that promise what they write wait.',
    regex: /^(\w+)'s disk stalls$/,
    read: ([node], words) => ({ kind: 'stall', node: nodeNamed(node, words) }),
  },
  {
    form: 'NODE syncs',
    example: 'B syncs',
    does: 'The disk of NODE finishes its writes and works again.',
    regex: /^(\w+) syncs$/,
    read: ([node], words) => ({ kind: 'sync', node: nodeNamed(node, words) }),
  },
  {
    form: 'NODE times out',
    example: 'A times out',
    does: 'The clock of NODE runs until it starts an election, or tries its next ballot.',
    regex: /^(\w+) times out$/,
    read: ([node], words) => ({ kind: 'times out', node: nodeNamed(node, words) }),
  },
  {
    form: 'tick NODE MS | tick all MS',
    example: 'tick A 300',
    does: 'The clock of NODE (of every node) runs on, in steps of 10 ms. Nodes have clocks of their own.',
    regex: /^tick (\w+) (\d+)$/,
    read: ([node, ms], words) => ({
      kind: 'tick',
      nodes: node === 'all' ? words.nodes : [nodeNamed(node, words)],
      ms: Number(ms),
    }),
  },
];

/** In the order in which they are tried. */
export const stepForms: readonly StepForm[] = [...proposals, ...messages, ...nodes];

/** Throws RangeError that says what is expected. */
export function parseStep(text: string, words: Vocabulary): Action {
  const line = text.trim().replace(/\s+/g, ' ');
  for (const { regex, read, systems } of stepForms) {
    const match = regex.exec(line);
    if (match === null) continue;
    if (systems !== undefined && !systems.includes(words.system.name)) {
      throw new RangeError(
        `"${line}" is a step of ${systems.join(' and ')}, not of ${words.system.name}`,
      );
    }
    return read(
      match.slice(1).map((group) => group ?? ''),
      words,
    );
  }
  const forms = stepForms.filter(({ systems }) => systems?.includes(words.system.name) ?? true);
  throw new RangeError(
    `"${line}" is no step; steps of ${words.system.name} are:\n${forms.map(({ form }) => `  ${form}`).join('\n')}`,
  );
}

/** From the text of a file to a scenario. */

import { BadInput } from '#src/errors';
import { parseExpectation } from './expectations.ts';
import { parseStep, type Vocabulary } from './grammar.ts';
import type { Scenario, Step } from './scenario.ts';
import { scenarioSystems } from './systems/index.ts';
import { type Place, readYaml } from './yaml.ts';

const keys = [
  'title',
  'about',
  'system',
  'nodes',
  'quorum',
  'seed',
  'options',
  'batch',
  'values',
  'disks',
  'steps',
];

/** More would be no picture any more. */
const nodesMax = 9;

/** Throws BadInput that names the line, what was found and what is expected. */
export function parseScenario(file: string, text: string): Scenario {
  const root = readYaml(file, text);
  const map = root.map(keys);
  const need = (key: string): Place => {
    const found = map.get(key);
    return (
      found ?? root.fail(`the key ${key} is missing; a scenario has title, system, nodes and steps`)
    );
  };
  const words: Vocabulary = { system: systemOf(need('system')), nodes: nodesOf(need('nodes')) };
  checkQuorum(map.get('quorum'), words);
  const options = map.get('options');
  return {
    file,
    title: need('title').text(),
    about: map.get('about')?.text() ?? '',
    ...words,
    options: options === undefined ? {} : optionsOf(options, words),
    maxBatchEntries: map.get('batch')?.count(1) ?? 256,
    seed: map.get('seed')?.count(0) ?? 1,
    values: valuesOf(map.get('values'), words),
    disks: disksOf(map.get('disks'), words),
    steps: need('steps')
      .list()
      .map((step) => stepOf(step, words)),
  };
}

function systemOf(place: Place): Vocabulary['system'] {
  const name = place.text();
  const found = scenarioSystems.find((system) => system.name === name);
  const names = scenarioSystems.map((system) => system.name).join(', ');
  return found ?? place.fail(`system is ${name}; allowed are ${names}`);
}

function nodesOf(place: Place): readonly string[] {
  const names = place.list().map((item) => {
    const name = item.text();
    if (!/^[A-Za-z]\w*$/.test(name)) item.fail(`${name} is no name for a node; such as A, or n1`);
    return name;
  });
  if (names.length < 1 || names.length > nodesMax || new Set(names).size < names.length) {
    place.fail(`nodes are ${names.join(', ')}; expected are 1 to ${nodesMax} different names`);
  }
  return names;
}

/** Written down for the reader, and checked: it is not a choice. */
function checkQuorum(place: Place | undefined, { nodes }: Vocabulary): void {
  const quorum = Math.floor(nodes.length / 2) + 1;
  if (place !== undefined && place.count(1) !== quorum) {
    place.fail(
      `quorum is ${place.text()}; of ${nodes.length} nodes a majority is ${quorum}, and the algorithms use majorities`,
    );
  }
}

/** The algorithm itself says what it thinks of its options. */
function optionsOf(place: Place, { system, nodes }: Vocabulary): Readonly<Record<string, unknown>> {
  const entries = place
    .map()
    .entries()
    .map(([name, value]) => {
      const text = value.text();
      return [name, text === 'true' ? true : text === 'false' ? false : text] as const;
    });
  const options = Object.fromEntries(entries);
  const random = { below: (): number => 0 };
  const setup = { self: nodes[0] ?? '', members: nodes, maxBatchEntries: 1, disk: [], nowMs: 0 };
  place.read(() => system.create({ ...setup, options, random }));
  return options;
}

function valuesOf(place: Place | undefined, words: Vocabulary): ReadonlyMap<string, string> {
  if (place === undefined) return new Map();
  if (words.system.name !== 'single-decree') {
    place.fail(
      `values are for single-decree; a step of ${words.system.name} is: client A writes x=1`,
    );
  }
  return new Map(
    place
      .map(words.nodes)
      .entries()
      .map(([node, value]) => [node, wordOf(value)]),
  );
}

function wordOf(place: Place): string {
  const text = place.text();
  if (!/^\S+$/.test(text))
    place.fail(`"${text}" is more than one word; a value is one, such as Apple`);
  return text;
}

function disksOf(
  place: Place | undefined,
  { system, nodes }: Vocabulary,
): ReadonlyMap<string, readonly unknown[]> {
  if (place === undefined) return new Map();
  return new Map(
    place
      .map(nodes)
      .entries()
      .map(([node, disk]) => {
        const fields = disk
          .map()
          .entries()
          .map(([name, value]) => [name, fieldOf(value)] as const);
        return [node, disk.read(() => system.startingDisk(Object.fromEntries(fields)))];
      }),
  );
}

/** Texts and lists of texts, except that whole numbers stay numbers. */
function fieldOf(place: Place): unknown {
  if (!place.isText()) return place.list().map((item) => item.text());
  const text = place.text();
  return /^\d+$/.test(text) ? Number(text) : text;
}

function stepOf(place: Place, words: Vocabulary): Step {
  if (place.isText()) {
    const text = place.text();
    const action = place.read(() => parseStep(text, words));
    return { line: place.line, text, say: '', action, expect: [] };
  }
  const map = place.map(['do', 'say', 'expect']);
  const action = map.get('do');
  const expect = map.get('expect');
  if (map.size === 0) place.fail('an empty step; expected is do, say or expect');
  const list = expect === undefined ? [] : expect.isText() ? [expect] : expect.list();
  return {
    line: place.line,
    text: action?.text() ?? '',
    say: map.get('say')?.text().replace(/\s+/g, ' ') ?? '',
    action: action?.read(() => parseStep(action.text(), words)),
    expect: list.map((item) => ({
      text: item.text(),
      line: item.line,
      check: item.read(() => parseExpectation(item.text(), words)),
    })),
  };
}

/** For errors while playing. */
export const stepError = (scenario: Scenario, step: Step, message: string): BadInput =>
  new BadInput(`${scenario.file}:${step.line}: step "${step.text}": ${message}`);

/** Single-decree Paxos, the real one, in words. */

import type { TraceEvent } from '#src/consensus/algorithm';
import type {
  SingleDecreeMessage,
  SingleDecreeRecord,
} from '#src/consensus/single-decree/messages';
import { recover } from '#src/consensus/single-decree/recovery';
import {
  createSingleDecree,
  type SingleDecreeInput,
} from '#src/consensus/single-decree/single-decree';
import { unreachable } from '#src/errors';
import {
  ballotName,
  counted,
  type Facts,
  groupBy,
  type Machine,
  type MachineInput,
  type MachineSetup,
  type ScenarioSystem,
} from '../system.ts';
import {
  ballotAt,
  isObject,
  listOf,
  numberOf,
  onlyKeys,
  parseBallot,
  textOf,
  valueText,
} from './detail.ts';

type Message = SingleDecreeMessage<string>;

/** What comes out of the mailbox was put there by the same algorithm. */
const decode = (message: unknown): Message => message as Message;

function create({ self, members, options, disk, random, nowMs }: MachineSetup): Machine {
  const unknown = Object.keys(options)[0];
  if (unknown !== undefined) {
    throw new RangeError(`unknown option of single-decree: ${unknown}; it has none`);
  }
  const config = { self, members, retransmitMs: 100, backoffMs: 100 };
  const node = createSingleDecree<string>(config, disk, random, nowMs);
  return {
    step: (input) => node.step(inputOf(input)),
    status: () => {
      const { proposer, ballot, chosen } = node.status();
      const commit = chosen === undefined ? 0 : 1;
      return { role: proposer, term: ballot?.round ?? 0, leader: undefined, commit };
    },
  };
}

function inputOf(input: MachineInput): SingleDecreeInput<string> {
  switch (input.kind) {
    case 'message':
      return { ...input, message: decode(input.message) };
    case 'write':
    case 'read':
      throw new RangeError(
        `single-decree has no ${input.kind}; its steps are prepares and proposes`,
      );
    case 'durable':
    case 'propose':
    case 'tick':
      return input;
    default:
      return unreachable(input);
  }
}

function startingDisk(given: Readonly<Record<string, unknown>>): readonly unknown[] {
  onlyKeys(given, ['promised', 'accepted']);
  const records: SingleDecreeRecord<string>[] = [];
  if (given['accepted'] !== undefined) {
    const match = /^(\S+) in (\S+)$/.exec(valueText(given['accepted']));
    if (match === null) {
      throw new RangeError(
        `accepted is ${JSON.stringify(given['accepted'])}; it is written VALUE in BALLOT, such as Apple in 1.A`,
      );
    }
    const ballot = parseBallot(match[2], 'the ballot of accepted');
    records.push({ kind: 'accept', ballot, value: String(match[1]) });
  }
  if (given['promised'] !== undefined) {
    records.push({ kind: 'promise', ballot: parseBallot(given['promised'], 'promised') });
  }
  return records;
}

function label(raw: unknown): string {
  const message = decode(raw);
  const ballot = ballotName(message.ballot);
  switch (message.kind) {
    case 'prepare':
      return `prepare ${ballot}`;
    case 'promise':
      return message.accepted === undefined
        ? `promise ${ballot}, nothing accepted`
        : `promise ${ballot}, accepted ${message.accepted.value} in ${ballotName(message.accepted.ballot)}`;
    case 'accept':
      return `accept ${ballot} ${message.value}`;
    case 'accepted':
      return `accepted ${ballot}`;
    case 'nack':
      return `nack ${ballot}, promised ${ballotName(message.promised)}`;
    case 'learn':
      return `learn ${message.value}`;
    default:
      return 'unknown message';
  }
}

function said(self: string, event: TraceEvent): string | undefined {
  const ballot = ballotAt(event, 'ballot');
  switch (event.ev) {
    case 'prepared':
      return `${self} wants ${textOf(event, 'value')} and starts ballot ${ballot}, higher than any it has seen: ballots are never used twice.`;
    case 'promised':
      return promised(self, event, ballot);
    case 'refused':
      return `${self} refuses ${ballot}: it promised ${ballotAt(event, 'promised')}, which is higher. A nack says so, so that the proposer need not wait for a timeout.`;
    case 'proposed':
      return proposed(self, event, ballot);
    case 'accepted':
      return `${self} accepts ${textOf(event, 'value')} in ballot ${ballot}: nothing higher was promised.`;
    case 'chosen':
      return `${self} counts acceptances in ballot ${ballot} from ${listOf(event, 'quorum').join(', ')}, a majority: ${textOf(event, 'value')} is chosen, for ever.`;
    case 'learned':
      return `${self} learns that ${textOf(event, 'value')} is chosen.`;
    case 'preempted':
      return `${self} gives ballot ${ballot} up: ${ballotAt(event, 'by')} is higher. It steps back for a random ${numberOf(event, 'waitMs')} ms.`;
    default:
      return undefined;
  }
}

function promised(self: string, event: TraceEvent, ballot: string): string {
  const { accepted, before } = event;
  const zero = isObject(before) && before['round'] === 0;
  const again = ballotAt(event, 'before') === ballot;
  const than = zero ? 'it had promised nothing' : `higher than ${ballotAt(event, 'before')}`;
  const reports = isObject(accepted)
    ? `It must report that it accepted ${valueText(accepted['value'])}.`
    : 'It has accepted nothing to report.';
  return again
    ? `${self} promised ${ballot} before, and says so again. ${reports}`
    : `${self} promises ${ballot} (${than}): nothing lower will be accepted here any more. ${reports}`;
}

function proposed(self: string, event: TraceEvent, ballot: string): string {
  const quorum = `${self} has promises for ${ballot} from ${listOf(event, 'quorum').join(', ')}: a majority.`;
  const { adopted } = event;
  const [value, wanted] = [textOf(event, 'value'), textOf(event, 'wanted')];
  if (!isObject(adopted))
    return `${quorum} None reports a value, so it is free to propose its own: ${value}.`;
  const from = valueText(adopted['from']);
  const in_ = isObject(adopted['ballot'])
    ? `${valueText(adopted['ballot']['round'])}.${valueText(adopted['ballot']['node'])}`
    : '';
  const given = value === wanted ? '' : ` It must give up ${wanted}:`;
  return `${quorum} The highest ballot reported is ${in_}, by ${from}, with ${value}.${given} ${value} may have been chosen already, so it must propose ${value}.`;
}

function facts(source: Parameters<ScenarioSystem['facts']>[0]): Facts {
  const acceptor = recover<string>(source.records);
  const { promised: ballot, accepted } = acceptor;
  return {
    role: source.machine?.status().role ?? 'down',
    term: source.machine?.status().term ?? 0,
    leader: undefined,
    vote: undefined,
    promised: ballot.round === 0 ? undefined : ballot,
    accepted:
      accepted === undefined ? [] : [{ slot: 1, ballot: accepted.ballot, label: accepted.value }],
    log: source.decided,
    commit: source.decided.length,
  };
}

const roles: Readonly<Record<string, string>> = {
  idle: 'waits',
  backingOff: 'steps back',
};

function rows(node: Facts): readonly (readonly [string, string])[] {
  const [accepted] = node.accepted;
  const proposer = roles[node.role] ?? node.role;
  return [
    ['promised', node.promised === undefined ? 'nothing' : ballotName(node.promised)],
    [
      'accepted',
      accepted === undefined ? 'nothing' : `${accepted.label} in ${ballotName(accepted.ballot)}`,
    ],
    ['proposer', node.term === 0 ? proposer : `${proposer}, round ${node.term}`],
    ['knows', node.log[0]?.label ?? 'nothing'],
  ];
}

function why(self: string, from: string, raw: unknown, before: Facts): string[] {
  const message = decode(raw);
  const ballot = ballotName(message.ballot);
  if (message.kind === 'prepare' || message.kind === 'accept') {
    return before.commit > 0 ? [`${self} knows the chosen value and tells it instead.`] : [];
  }
  if (message.kind === 'promise') {
    if (before.role === 'preparing' && before.term === message.ballot.round) {
      return [`${self} counts the promise of ${from} for ${ballot}.`];
    }
    return [`${self} does not need this promise any more: it is not preparing ${ballot}.`];
  }
  if (message.kind === 'accepted') {
    if (before.role === 'proposing' && before.term === message.ballot.round) {
      return [`${self} counts the acceptance of ${from} in ${ballot}.`];
    }
    return [`${self} does not need this any more: it is not proposing in ${ballot}.`];
  }
  if (message.kind === 'nack' && before.term !== message.ballot.round) {
    return [`${self} is not in ballot ${ballot} any more and only notes the higher round.`];
  }
  return [];
}

function quorums(disks: Parameters<ScenarioSystem['quorums']>[0], quorum: number): string[] {
  const size = disks.length;
  const promises = groupBy(disks, ({ facts: f }) => f.promised && ballotName(f.promised));
  const accepts = groupBy(disks, ({ facts: f }) => {
    const [accepted] = f.accepted;
    return accepted && `${accepted.label} in ${ballotName(accepted.ballot)}`;
  });
  return [
    ...[...promises].map(
      ([ballot, nodes]) =>
        `ballot ${ballot} is the highest promised at ${counted(
          nodes.map((n) => n.node),
          size,
          quorum,
        )}`,
    ),
    ...[...accepts].map(
      ([what, nodes]) =>
        `${what} is accepted at ${counted(
          nodes.map((n) => n.node),
          size,
          quorum,
        )}`,
    ),
  ];
}

function acceptedBy(raw: unknown): ReturnType<ScenarioSystem['acceptedBy']> {
  const record = raw as SingleDecreeRecord<string>;
  if (record.kind !== 'accept') return [];
  return [{ slot: 1, ballot: record.ballot, label: record.value }];
}

export const singleDecree: ScenarioSystem = {
  name: 'single-decree',
  kinds: ['prepare', 'promise', 'accept', 'accepted', 'nack', 'learn'],
  create,
  startingDisk,
  label,
  facts,
  rows,
  why,
  said,
  acceptedBy,
  quorums,
};

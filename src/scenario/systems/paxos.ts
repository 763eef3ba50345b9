/** Multi-Paxos, the real one, as a scenario sees it. */

import { algorithms } from '#src/consensus/algorithms';
import type { PaxosRecord } from '#src/consensus/paxos/messages';
import { recover } from '#src/consensus/paxos/recovery';
import type { LogCommand } from '#src/consensus/state-machine/command';
import {
  type AcceptedPlace,
  ballotName,
  counted,
  type Facts,
  groupBy,
  type ScenarioSystem,
} from '../system.ts';
import { onlyKeys, parseBallot, parseWrite, valueText } from './detail.ts';
import { commandLabel, createLogged, writeCommand } from './logged.ts';
import { paxosLabel, paxosSaid, paxosWhy } from './paxos-words.ts';

/** `{accepted: [slot 1 x=1 in 1.A, ...], promised: 2.B}`. */
function startingDisk(given: Readonly<Record<string, unknown>>): readonly unknown[] {
  onlyKeys(given, ['accepted', 'promised']);
  const accepted = given['accepted'] ?? [];
  if (!Array.isArray(accepted)) {
    throw new RangeError(`accepted is ${JSON.stringify(accepted)}; a list is needed`);
  }
  const records: PaxosRecord<LogCommand>[] = accepted.map((text: unknown) => {
    const match = /^slot (\d+) (\S+) in (\S+)$/.exec(valueText(text));
    const write = match === null ? undefined : parseWrite(String(match[2]));
    if (match === null || write === undefined) {
      throw new RangeError(
        `accepted holds ${JSON.stringify(text)}; it is written slot 1 x=1 in 1.A`,
      );
    }
    const ballot = parseBallot(match[3], 'the ballot of accepted');
    const slot = Number(match[1]);
    const command = writeCommand(slot, write.key, write.value);
    return { kind: 'accept', ballot, proposals: [{ slot, command }] };
  });
  if (given['promised'] !== undefined) {
    records.push({ kind: 'promise', ballot: parseBallot(given['promised'], 'promised') });
  }
  return records;
}

function facts(source: Parameters<ScenarioSystem['facts']>[0]): Facts {
  const { acceptor } = recover<LogCommand>(source.records);
  const status = source.machine?.status();
  return {
    role: status?.role ?? 'down',
    term: acceptor.ballot.round,
    leader: status?.leader,
    vote: undefined,
    promised: acceptor.ballot.round === 0 ? undefined : acceptor.ballot,
    accepted: acceptor
      .acceptedFrom(source.decided.length + 1)
      .map(({ slot, ballot, command }) => ({ slot, ballot, label: commandLabel(command) })),
    log: source.decided,
    commit: source.decided.length,
  };
}

const placeName = ({ slot, ballot, label }: AcceptedPlace): string =>
  `slot ${slot} ${label} in ${ballotName(ballot)}`;

const rows = (node: Facts): readonly (readonly [string, string])[] => [
  ['role', node.role],
  ['promised', node.promised === undefined ? 'nothing' : ballotName(node.promised)],
  ['undecided', node.accepted.map(placeName).join('; ') || 'nothing'],
  ['decided', node.log.map(({ label }, i) => `${i + 1}: ${label}`).join(', ') || 'nothing'],
];

function quorums(disks: Parameters<ScenarioSystem['quorums']>[0], quorum: number): string[] {
  const size = disks.length;
  const promises = groupBy(disks, ({ facts: f }) => f.promised && ballotName(f.promised));
  const accepted = disks.flatMap(({ node, facts: f }) =>
    f.accepted.map((place) => ({ node, place })),
  );
  const accepts = groupBy(accepted, ({ place }) => placeName(place));
  const names = (nodes: readonly { readonly node: string }[]): string =>
    counted(
      nodes.map(({ node }) => node),
      size,
      quorum,
    );
  return [
    ...[...promises].map(([b, nodes]) => `ballot ${b} is the highest promised at ${names(nodes)}`),
    ...[...accepts].map(([what, nodes]) => `${what} is accepted at ${names(nodes)}`),
  ];
}

function acceptedBy(raw: unknown): readonly AcceptedPlace[] {
  const record = raw as PaxosRecord<LogCommand>;
  if (record.kind !== 'accept') return [];
  const { ballot, proposals } = record;
  return proposals.map(({ slot, command }) => ({ slot, ballot, label: commandLabel(command) }));
}

export const paxos: ScenarioSystem = {
  name: 'paxos',
  kinds: [
    'canvass',
    'canvassReply',
    'p1a',
    'p1b',
    'p2a',
    'p2b',
    'preempted',
    'heartbeat',
    'heartbeatReply',
    'readQuery',
    'readReply',
    'learn',
    'learned',
  ],
  create: (setup) =>
    createLogged(algorithms['paxos'] as NonNullable<(typeof algorithms)['paxos']>, setup),
  startingDisk,
  label: paxosLabel,
  facts,
  rows,
  why: paxosWhy,
  said: paxosSaid,
  acceptedBy,
  quorums,
};

/** Raft, the real one, as a scenario sees it. */

import { algorithms } from '#src/consensus/algorithms';
import type { RaftRecord } from '#src/consensus/raft/messages';
import { recover } from '#src/consensus/raft/recovery';
import type { LogCommand } from '#src/consensus/state-machine/command';
import { counted, type Facts, type LogPlace, type ScenarioSystem } from '../system.ts';
import { count, onlyKeys, parseWrite, valueText } from './detail.ts';
import { commandLabel, createLogged, unnamedKey, unnamedLabel, writeCommand } from './logged.ts';
import { raftLabel, raftSaid, raftWhy } from './raft-words.ts';

/** `{term, vote, log}`; the log is a list of terms, or of writes with their terms: `x=1@2`. */
function startingDisk(given: Readonly<Record<string, unknown>>): readonly unknown[] {
  onlyKeys(given, ['term', 'vote', 'log']);
  const log = given['log'] ?? [];
  if (!Array.isArray(log)) {
    throw new RangeError(`log is ${JSON.stringify(log)}; a list such as [1, 1, x=1@2] is needed`);
  }
  const entries = log.map((entry: unknown, i) => entryOf(entry, i + 1));
  const term = count(given['term'] ?? entries.at(-1)?.term ?? 0, 'term');
  const vote = given['vote'] === undefined ? null : valueText(given['vote']);
  const records: RaftRecord<LogCommand>[] = [{ kind: 'hardState', term, vote }];
  if (entries.length > 0) records.push({ kind: 'entries', from: 1, entries });
  return records;
}

function entryOf(entry: unknown, index: number): { term: number; command: LogCommand } {
  const match = /^(?:(\S+)@)?(\d+)$/.exec(valueText(entry));
  const write = match?.[1] === undefined ? undefined : parseWrite(match[1]);
  if (match === null || (match[1] !== undefined && write === undefined)) {
    throw new RangeError(
      `entry ${index} of the log is ${JSON.stringify(entry)}; a term such as 2, or a write with its term such as x=1@2, is needed`,
    );
  }
  const term = Number(match[2]);
  const [key, value] = write === undefined ? [unnamedKey, term] : [write.key, write.value];
  return { term, command: writeCommand(index, key, value) };
}

function facts(source: Parameters<ScenarioSystem['facts']>[0]): Facts {
  const { term, votedFor, log } = recover<LogCommand>(source.records);
  const places: LogPlace[] = [];
  for (let index = 1; index <= log.lastIndex; index += 1) {
    const entry = log.at(index);
    places.push({ term: entry.term, label: commandLabel(entry.command) });
  }
  const status = source.machine?.status();
  return {
    role: status?.role ?? 'down',
    term,
    leader: status?.leader,
    vote: votedFor,
    promised: undefined,
    accepted: [],
    log: places,
    commit: status?.commit ?? 0,
  };
}

const rows = (node: Facts): readonly (readonly [string, string])[] => [
  ['role', node.role],
  ['term', String(node.term)],
  ['voted for', node.vote ?? 'nobody'],
  ['log', node.log.length === 0 ? 'empty' : node.log.map(placeName).join(' ')],
  ['committed', String(node.commit)],
];

/** `x=1@2`, or the bare term for the unnamed entries of a starting disk. */
const placeName = ({ label, term }: LogPlace): string =>
  label === unnamedLabel(term) ? String(term) : `${label}@${term}`;

type Disks = Parameters<ScenarioSystem['quorums']>[0];

function quorums(disks: Disks, quorum: number): string[] {
  const newest = Math.max(...disks.map(({ facts: f }) => f.term));
  const voted = disks.filter(({ facts: f }) => f.term === newest && f.vote !== undefined);
  const candidates = [...new Set(voted.map(({ facts: f }) => f.vote))];
  const votes = candidates.map((candidate) => {
    const names = voted.filter(({ facts: f }) => f.vote === candidate).map(({ node }) => node);
    return `votes for ${candidate} in term ${newest}: ${counted(names, disks.length, quorum)}`;
  });
  return newest === 0 ? [] : [...votes, ...replicated(disks, quorum)];
}

/** How widely the newest leader's uncommitted entries are spread. */
function replicated(disks: Disks, quorum: number): string[] {
  const leaders = disks.filter(({ facts: f }) => f.role === 'leader');
  const leader = leaders.sort((a, b) => b.facts.term - a.facts.term)[0];
  if (leader === undefined) return [];
  const { commit, log, term } = leader.facts;
  return log.slice(commit, commit + 4).map((entry, i) => {
    const index = commit + 1 + i;
    const holders = disks.filter(({ facts: f }) => f.log[index - 1]?.term === entry.term);
    const names = counted(
      holders.map(({ node }) => node),
      disks.length,
      quorum,
    );
    const note =
      holders.length >= quorum && entry.term !== term
        ? `; not committed by counting, since it is of term ${entry.term} and ${leader.node} leads term ${term}`
        : '';
    return `index ${index} of ${leader.node}'s log (${placeName(entry)}) is on the disks of ${names}${note}`;
  });
}

export const raft: ScenarioSystem = {
  name: 'raft',
  kinds: [
    'preVote',
    'preVoteReply',
    'vote',
    'voteReply',
    'append',
    'appendAccepted',
    'appendRejected',
    'heartbeat',
    'heartbeatReply',
  ],
  create: (setup) =>
    createLogged(algorithms['raft'] as NonNullable<(typeof algorithms)['raft']>, setup),
  startingDisk,
  label: raftLabel,
  facts,
  rows,
  why: raftWhy,
  said: raftSaid,
  acceptedBy: () => [],
  quorums,
};

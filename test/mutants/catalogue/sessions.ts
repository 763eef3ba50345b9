/** What both algorithms share: exactly-once sessions, the state machine, the way of a request to its answer. */

import type { Mutant } from '../mutant.ts';

const sessions = 'src/consensus/state-machine/sessions.ts';
const kv = 'src/consensus/state-machine/kv.ts';
const command = 'src/consensus/state-machine/command.ts';
const replica = 'src/consensus/create-replica.ts';

const dedupe = {
  file: sessions,
  find: '  if (sequence === known.sequence && known.result !== undefined) {',
  replace: '  if (sequence < known.sequence && known.result !== undefined) {',
};

export const sessionMutants: readonly Mutant[] = [
  {
    id: 'C01',
    title: 'a command that is asked for twice happens twice',
    class: 'B',
    algorithm: 'both',
    breaks: ['I20'],
    edits: [dedupe],
    reach: 'real+sim',
    source: 'dissertation figure 6.2; redisraft#52',
    workloads: ['append', 'counter', 'register'],
    why: 'A retry after a lost answer is applied again. A leader change with commands in flight and clients that ask again.',
  },
  {
    id: 'C02',
    title: 'looks for duplicates when proposing, not when applying',
    class: 'B',
    algorithm: 'both',
    breaks: ['I20'],
    edits: [
      dedupe,
      {
        file: replica,
        find: "  if (body.kind === 'query') perform(replica, replica.core.step({ kind: 'read', nowMs, request }));",
        replace: `  if (body.kind === 'command' && replica.machine.isRepeated(body)) {
    const { sessions } = replica.machine.snapshot() as {
      readonly sessions: readonly (readonly [number, { readonly result: ClientResponse }])[];
    };
    const known = new Map(sessions).get(body.session);
    if (known !== undefined) return answer(replica, request, known.result);
  }
  if (body.kind === 'query') perform(replica, replica.core.step({ kind: 'read', nowMs, request }));`,
      },
    ],
    reach: 'real+sim',
    source: 'Raft dissertation 6.3',
    workloads: ['append', 'counter', 'register'],
    why: 'The same command stands in the log twice when it is asked for again before its first entry is applied: a slow commit and an impatient client, or the logs of an old and a new leader.',
  },
  {
    id: 'C03',
    title: 'an old sequence is carried out like a new one',
    class: 'B',
    algorithm: 'both',
    breaks: ['I20'],
    edits: [
      {
        file: sessions,
        find: "  if (sequence < known.sequence) return { kind: 'error', code: 'sequence-stale' };\n",
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'register', 'counter'],
    why: 'A retry that was delayed until its client had gone on with the next command happens a second time. Late or held messages, duplicates, and clients that give up.',
  },
  {
    id: 'C04',
    title: 'sessions expire by the clock of the node that applies',
    class: 'W',
    algorithm: 'both',
    breaks: ['I6', 'I5'],
    edits: [
      {
        file: sessions,
        find: '  /** Whether applying this now would give a remembered result instead of doing it again. */',
        replace: `  now(ms: number): void;
  /** Whether applying this now would give a remembered result instead of doing it again. */`,
      },
      {
        file: sessions,
        find: '  const table: Table<Result> = { opened: 0, sessions: new Map() };\n  return {',
        replace: `  const table: Table<Result> = { opened: 0, sessions: new Map() };
  const used = new Map<number, number>();
  let nowMs = 0;
  return {
    now: (ms: number) => {
      nowMs = ms;
    },`,
      },
      {
        file: sessions,
        find: `    apply: (command) =>
      command.kind === 'open-session'
        ? open(table, maxSessions)
        : applyOnce(table, machine, command),`,
        replace: `    apply: (command) => {
      if (command.kind === 'open-session') {
        const opened = open(table, maxSessions);
        used.set(table.opened, nowMs);
        return opened;
      }
      if (nowMs - (used.get(command.session) ?? nowMs) > 600) table.sessions.delete(command.session);
      used.set(command.session, nowMs);
      return applyOnce(table, machine, command);
    },`,
      },
      {
        file: replica,
        find: '  const { nowMs } = input;\n',
        replace: '  const { nowMs } = input;\n  replica.machine.now(nowMs);\n',
      },
    ],
    reach: 'real+sim',
    source: 'dissertation 6.3',
    workloads: ['append', 'register'],
    why: 'A node that applies later (it was cut off, paused, restarted) finds sessions expired that were alive elsewhere, or the other way round: states part.',
    needs: { faults: ['kill', 'pause', 'partition'] },
  },
  {
    id: 'C08',
    title: 'a lost lead is reported as a definite failure',
    class: 'B',
    algorithm: 'both',
    breaks: ['linearizable', 'aborted-read'],
    edits: [
      {
        file: command,
        find: "  'lost-leadership': { definite: false },",
        replace: "  'lost-leadership': { definite: true },",
      },
    ],
    reach: 'real+sim',
    source: 'nebula#3880; Jepsen redis-raft',
    workloads: ['register', 'append'],
    why: 'The command was appended and the next leader may commit it: a write that "failed" is read. A client that gives up soon after a leader change.',
  },
  {
    id: 'C08f',
    title: 'a forwarded request without an answer is a definite failure',
    class: 'B',
    algorithm: 'both',
    breaks: ['linearizable', 'aborted-read'],
    edits: [
      {
        file: command,
        find: "  'forward-timeout': { definite: false },",
        replace: "  'forward-timeout': { definite: true },",
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'The leader got the command and its answer was lost on the way back. Cut the direction from the leader to the follower.',
    needs: { faults: ['partition'] },
  },
  {
    id: 'C09',
    title: 'the state depends on what a node was asked',
    class: 'W',
    algorithm: 'both',
    breaks: ['I6'],
    edits: [
      {
        file: kv,
        find: '  let values = new Map<string, Value>();\n',
        replace: '  let values = new Map<string, Value>();\n  let work = 0;\n',
      },
      {
        file: kv,
        find: '      answer(() => {\n',
        replace: `      answer(() => {
        work += 1;
        if (work % 64 === 0) values.delete([...values.keys()][0] ?? '');
`,
      },
      {
        file: kv,
        find: '    query: (query) => answer(() => ask(values, query)),',
        replace: `    query: (query) => {
      work += 1;
      return answer(() => ask(values, query));
    },`,
      },
    ],
    reach: 'real+sim',
    source: 'state machines with clocks, caches and random numbers in them',
    workloads: ['register', 'append'],
    why: 'Housekeeping after so many operations counts reads too, which only the leader sees: nodes drop different keys. No fault needed.',
  },
  {
    id: 'C13',
    title: 'a new leader starts with an empty state',
    class: 'B',
    algorithm: 'both',
    breaks: ['I30', 'I6'],
    edits: [
      {
        file: replica,
        find: `  handle(replica, input);
  const { effects } = replica;`,
        replace: `  const before = replica.core.status().role;
  handle(replica, input);
  if (before !== 'leader' && replica.core.status().role === 'leader') {
    replica.machine.restore({ opened: 0, sessions: [], machine: [] });
  }
  const { effects } = replica;`,
      },
    ],
    reach: 'real+sim',
    source: 'redisraft#14',
    workloads: ['register', 'append'],
    why: 'Everything is lost on every failover.',
  },
  {
    id: 'C14',
    title: 'takes an answer to an earlier life for its own',
    class: 'B',
    algorithm: 'both',
    breaks: ['I22', 'linearizable'],
    edits: [
      {
        file: replica,
        find: '      if (message.incarnation !== replica.setup.incarnation) return;\n',
        replace: '',
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register', 'append'],
    why: 'Request numbers start again at 1 after a restart: what the leader answers to a request of the former life is given to whoever asks now. A quick restart of a follower with requests in flight.',
    needs: { faults: ['kill'] },
  },
  {
    id: 'C15',
    title: 'an expired session is silently opened again',
    class: 'B',
    algorithm: 'both',
    breaks: ['I20', 'I6'],
    edits: [
      {
        file: sessions,
        find: "  if (known === undefined) return { kind: 'error', code: 'session-unknown' };",
        replace: `  if (known === undefined) {
    table.sessions.set(session, { sequence: 0 });
    return applyOnce(table, machine, { kind: 'command', session, sequence, command });
  }`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append', 'counter', 'register'],
    why: 'What the session remembered is gone, so its newest command can happen twice (dissertation 6.3 warns of it). Fewer sessions than there were clients, and a command that comes late.',
  },
  {
    id: 'C16',
    title: 'an appended list shares its memory with the one before',
    class: 'B',
    algorithm: 'both',
    breaks: ['linearizable', 'I6'],
    edits: [
      {
        file: kv,
        find: '  view.set(key, [...list, value ?? null]);\n  return list.length + 1;',
        replace: `  if (list.length > 0 && list.length % 16 === 0) list.length -= 1;
  view.set(key, [...list, value ?? null]);
  return list.length + 1;`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['append'],
    why: 'Every sixteenth element of a list is lost on all nodes alike: replicas agree, invariants of the log hold, only a client that remembers what was acknowledged can tell.',
  },
  {
    id: 'C17',
    title: 'a compare-and-set takes a missing key for any value',
    class: 'B',
    algorithm: 'both',
    breaks: ['linearizable'],
    edits: [
      {
        file: kv,
        find: '      if (!equalJson(view.get(keyOf(command.key)), command.from ?? null)) return false;',
        replace: `      if (
        view.get(keyOf(command.key)) !== null &&
        !equalJson(view.get(keyOf(command.key)), command.from ?? null)
      ) {
        return false;
      }`,
      },
    ],
    reach: 'real+sim',
    source: 'own',
    workloads: ['register'],
    why: 'All replicas agree on the wrong result. Seen only by a cas that comes before the first write of its key.',
  },
  {
    id: 'P27',
    title: 'any node answers reads from what it has applied',
    class: 'B',
    algorithm: 'both',
    breaks: ['I17', 'linearizable'],
    edits: [
      {
        file: replica,
        find: '  } else if (leader === undefined || leader === self) {',
        replace: `  } else if (body.kind === 'query') {
    replyToClient(replica, request, replica.machine.query(body.query));
  } else if (leader === undefined || leader === self) {`,
      },
    ],
    reach: 'real+sim',
    source: 'PMMC 4.5',
    workloads: ['register', 'append'],
    why: 'A follower hears of commits later than the client that wrote. Latency is enough; a cut makes it plain.',
  },
];

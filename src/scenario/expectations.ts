/** The expectations that a scenario can have: one row each, from which the parser, its errors and the documentation come. */

import type { Inspected, Judgement } from './expectation.ts';
import { nodeNamed, parseSelector, type Vocabulary } from './grammar.ts';
import { matches } from './mailbox.ts';
import { ballotName, type LogPlace } from './system.ts';
import { valueText } from './systems/detail.ts';

export interface ExpectForm {
  readonly form: string;
  readonly example: string;
  /** Left out: all systems. */
  readonly systems?: readonly string[];
  readonly regex: RegExp;
  /** Throws RangeError on names that mean nothing. */
  readonly read: (groups: readonly string[], words: Vocabulary) => (world: Inspected) => Judgement;
}

const same = (seen: string, wanted: string): Judgement => ({ ok: seen === wanted, seen });

const single = ['single-decree'];
const logged = ['paxos', 'raft'];
const paxosKind = ['single-decree', 'paxos'];

const outcomes: readonly ExpectForm[] = [
  {
    form: 'VALUE is chosen',
    example: 'Mango is chosen',
    systems: single,
    regex: /^(\S+) is chosen$/,
    read:
      ([value]) =>
      ({ judge }) =>
        same(judge.chosen.get(1)?.label ?? 'nothing', String(value)),
  },
  {
    form: 'no value is chosen',
    example: 'no value is chosen',
    systems: single,
    regex: /^no value is chosen$/,
    read:
      () =>
      ({ judge }) =>
        same(judge.chosen.get(1)?.label ?? 'nothing', 'nothing'),
  },
  {
    form: 'agreement is broken',
    example: 'agreement is broken',
    regex: /^agreement is broken$/,
    read:
      () =>
      ({ judge }) => ({
        ok: judge.broken !== undefined,
        seen: judge.broken ?? 'agreement holds',
      }),
  },
  {
    form: 'NODE knows VALUE | NODE knows nothing',
    example: 'C knows Apple',
    systems: single,
    regex: /^(\w+) knows (\S+)$/,
    read: ([node, value], words) => {
      const name = nodeNamed(node, words);
      return (world) => same(world.facts(name).log[0]?.label ?? 'nothing', String(value));
    },
  },
  {
    form: 'index N is committed | index N is not committed',
    example: 'index 2 is not committed',
    systems: logged,
    regex: /^index (\d+) is (committed|not committed)$/,
    read:
      ([index, what]) =>
      ({ judge }) =>
        same(judge.chosen.has(Number(index)) ? 'committed' : 'not committed', String(what)),
  },
  {
    form: 'nothing is committed',
    example: 'nothing is committed',
    systems: logged,
    regex: /^nothing is committed$/,
    read:
      () =>
      ({ judge }) =>
        same(judge.chosen.size === 0 ? 'nothing' : judge.outcome().words, 'nothing'),
  },
];

const acceptors: readonly ExpectForm[] = [
  {
    form: 'NODE promised BALLOT | NODE promised nothing',
    example: 'B promised 2.C',
    systems: paxosKind,
    regex: /^(\w+) promised (\d+\.\w+|nothing)$/,
    read: ([node, ballot], words) => {
      const name = nodeNamed(node, words);
      return (world) => {
        const { promised } = world.facts(name);
        return same(promised === undefined ? 'nothing' : ballotName(promised), String(ballot));
      };
    },
  },
  {
    form: 'NODE accepted VALUE in BALLOT | NODE accepted nothing',
    example: 'B accepted Apple in 1.A',
    systems: single,
    regex: /^(\w+) accepted (\S+ in \d+\.\w+|nothing)$/,
    read: ([node, what], words) => {
      const name = nodeNamed(node, words);
      return (world) => {
        const [place] = world.facts(name).accepted;
        const seen =
          place === undefined ? 'nothing' : `${place.label} in ${ballotName(place.ballot)}`;
        return same(seen, String(what));
      };
    },
  },
  {
    form: 'NODE accepted KEY=VALUE for slot N in BALLOT',
    example: 'C accepted x=1 for slot 1 in 2.C',
    systems: ['paxos'],
    regex: /^(\w+) accepted (\S+) for slot (\d+) in (\d+\.\w+)$/,
    read: ([node, label, slot, ballot], words) => {
      const name = nodeNamed(node, words);
      return (world) => {
        const place = world.facts(name).accepted.find((p) => p.slot === Number(slot));
        const seen =
          place === undefined
            ? 'nothing undecided'
            : `${place.label} in ${ballotName(place.ballot)}`;
        return same(seen, `${label} in ${ballot}`);
      };
    },
  },
];

const leaders: readonly ExpectForm[] = [
  {
    form: 'nobody is leader',
    example: 'nobody is leader',
    systems: logged,
    regex: /^nobody is leader$/,
    read: () => (world) =>
      same(
        world.nodes.filter((n) => world.facts(n).role === 'leader').join(', ') || 'nobody',
        'nobody',
      ),
  },
  {
    form: 'NODE is leader | follower | candidate | down | stopped',
    example: 'A is leader',
    regex: /^(\w+) is (leader|follower|candidate|down|stopped)$/,
    read: ([node, role], words) => {
      const name = nodeNamed(node, words);
      return (world) => {
        const health = world.health(name);
        return same(health === 'up' ? world.facts(name).role : health, String(role));
      };
    },
  },
  {
    form: "NODE's term is N",
    example: "A's term is 3",
    systems: ['raft'],
    regex: /^(\w+)'s term is (\d+)$/,
    read: ([node, term], words) => {
      const name = nodeNamed(node, words);
      return (world) => same(String(world.facts(name).term), String(term));
    },
  },
  {
    form: 'NODE voted for NODE | NODE voted for nobody',
    example: 'C voted for A',
    systems: ['raft'],
    regex: /^(\w+) voted for (\w+)$/,
    read: ([node, candidate], words) => {
      const name = nodeNamed(node, words);
      return (world) => same(world.facts(name).vote ?? 'nobody', String(candidate));
    },
  },
];

/** Terms where the expectation gives terms, writes where it gives writes, both where both. */
function written(log: readonly LogPlace[], wanted: readonly string[]): string {
  if (log.length === 0) return 'empty';
  return log
    .map(({ label, term }, i) => {
      const want = wanted[i] ?? wanted.at(-1) ?? '';
      if (/^\d+$/.test(want)) return String(term);
      return want.includes('@') ? `${label}@${term}` : label;
    })
    .join(' ');
}

const logs: readonly ExpectForm[] = [
  {
    form: 'log of NODE is TERM TERM ... | KEY=VALUE@TERM ... | KEY=VALUE no-op ... | empty',
    example: 'log of C is 1 1 2',
    systems: logged,
    regex: /^log of (\w+) is (.+)$/,
    read: ([node, text], words) => {
      const name = nodeNamed(node, words);
      const wanted = String(text).split(/[\s,]+/);
      return (world) => same(written(world.facts(name).log, wanted), wanted.join(' '));
    },
  },
  {
    form: 'commit index of NODE is N',
    example: 'commit index of A is 3',
    systems: logged,
    regex: /^commit index of (\w+) is (\d+)$/,
    read: ([node, index], words) => {
      const name = nodeNamed(node, words);
      return (world) => same(String(world.facts(name).commit), String(index));
    },
  },
  {
    form: 'KEY is VALUE at NODE',
    example: 'x is 1 at B',
    systems: logged,
    regex: /^(\w+) is (\S+) at (\w+)$/,
    read: ([key, value, node], words) => {
      const name = nodeNamed(node, words);
      return (world) =>
        same(valueText(world.valueAt(name, String(key)) ?? 'nothing'), String(value));
    },
  },
  {
    form: 'read of KEY at NODE is VALUE | unanswered | refused',
    example: 'read of x at A is unanswered',
    systems: logged,
    regex: /^read of (\w+) at (\w+) is (\S+)$/,
    read: ([key, node, wanted], words) => {
      const name = nodeNamed(node, words);
      return (world) => {
        const answer = world.lastRead(name, String(key));
        if (answer === undefined) return { ok: false, seen: 'nobody read it there' };
        if (answer.kind === 'open') return same('unanswered', String(wanted));
        return same(
          answer.kind === 'refused' ? 'refused' : valueText(answer.value ?? 'nothing'),
          String(wanted),
        );
      };
    },
  },
];

const mail: readonly ExpectForm[] = [
  {
    form: 'MESSAGES is in flight | MESSAGES is not in flight | MESSAGES waits for the disk',
    example: 'B -> A promise waits for the disk',
    regex: /^(.+) (is in flight|is not in flight|waits for the disk)$/,
    read: ([text, where], words) => {
      const select = parseSelector(String(text), words);
      return (world) => {
        const flying = world.mailbox.matching(select).length > 0;
        const waits = world.waiting().some((m) => matches(m, select));
        const seen = flying ? 'is in flight' : waits ? 'waits for the disk' : 'is not in flight';
        const ok = seen === where || (where === 'is not in flight' && !flying);
        return { ok, seen };
      };
    },
  },
];

/** In the order in which they are tried. */
export const expectForms: readonly ExpectForm[] = [
  ...outcomes,
  ...acceptors,
  ...leaders,
  ...mail,
  ...logs,
];

/** Throws RangeError that says what is expected. */
export function parseExpectation(text: string, words: Vocabulary): (world: Inspected) => Judgement {
  const line = text.trim().replace(/\s+/g, ' ');
  const own = expectForms.filter(({ systems }) => systems?.includes(words.system.name) ?? true);
  for (const { regex, read } of own) {
    const match = regex.exec(line);
    if (match !== null) {
      return read(
        match.slice(1).map((group) => group ?? ''),
        words,
      );
    }
  }
  throw new RangeError(
    `"${line}" cannot be expected; expectations of ${words.system.name} are:\n${own.map(({ form }) => `  ${form}`).join('\n')}`,
  );
}

/** A failing run as it might be, for tests of its page: three nodes, a change of leader, a stale read. */

import type { Arrow, Mark, SpaceTime } from '#reports/space-time-types';

export interface SyntheticSpaceTime {
  /** Messages between the nodes, evenly spread over 100 ms; each takes 1 ms. */
  readonly messages?: number;
  /** Put into every string that comes from outside. */
  readonly hostile?: string;
}

export function syntheticSpaceTime({
  messages = 60,
  hostile = '',
}: SyntheticSpaceTime = {}): SpaceTime {
  const nodes = ['n1', 'n2', 'n3'];
  const at = (i: number): string => nodes[i % 3] ?? 'n1';
  const arrows = Array.from({ length: messages }, (_, i): Arrow => {
    const sentMs = (i * 100) / messages;
    return {
      id: i,
      from: at(i),
      to: at(i + 1),
      message: i % 4 === 0 ? 'heartbeat' : i % 7 === 0 ? `vote${hostile}` : 'append',
      term: i < messages / 2 ? 1 : 2,
      sentMs,
      endMs: i % 11 === 0 ? sentMs : sentMs + 1,
      ...(i % 11 === 0 ? { lost: `cut${hostile}` } : {}),
    };
  });
  const mark = (node: string, timeMs: number, change: Partial<Mark>): Mark => ({
    node,
    timeMs,
    kind: 'commit',
    label: `commit${hostile}`,
    words: `${node} takes 3 for committed${hostile}`,
    raw: `{}${hostile}`,
    ...change,
  });
  const operation = (index: number, text: string, startMs: number, endMs: number | null) => ({
    index,
    process: String(index),
    node: at(index),
    text: `${text}${hostile}`,
    outcome: endMs === null ? ('info' as const) : ('ok' as const),
    startMs,
    endMs,
    impossible: index === 2,
  });
  return {
    version: 1,
    system: 'raft',
    nodes,
    failure: {
      by: 'invariant',
      name: `I17 read-fence${hostile}`,
      claim: `a read sees what was acknowledged${hostile}`,
      explanation: `n1 answers as of 1; n2 had acknowledged 3${hostile}`,
    },
    traceHash: `cafe${hostile}`,
    facts: [['system', `raft${hostile}`]],
    options: [[`reads${hostile}`, `"local"${hostile}`, `"index"${hostile}`]],
    faults: [{ number: 1, fromMs: 20, toMs: 81, words: `At 20 ms n1 is paused.${hostile}` }],
    contradictions: [
      {
        number: 1,
        timeMs: 80,
        where: { kind: 'node', node: 'n2' },
        words: `n2 acknowledges 3.${hostile}`,
      },
      {
        number: 2,
        timeMs: 82,
        where: { kind: 'node', node: 'n1' },
        words: `n1 answers a read.${hostile}`,
      },
    ],
    knowledge: `No message leads from ① to ②.${hostile}`,
    moments: [
      { timeMs: 20, kind: 'fault', words: `Fault 1: n1 is paused.${hostile}` },
      { timeMs: 50, kind: 'role', words: `n2 becomes leader of term 2.${hostile}` },
      { timeMs: 82, kind: 'contradiction', words: `② n1 answers a read.${hostile}` },
    ],
    operations: [
      operation(0, 'write k1 3', 60, 80),
      operation(2, 'read k1 → null', 81.5, 83),
      operation(3, 'write k1 4', 70, null),
    ],
    stretches: [
      { node: 'n1', fromMs: 0, toMs: 90, role: 'leader', term: 1 },
      { node: 'n1', fromMs: 90, toMs: 600, role: 'follower', term: 2 },
      { node: 'n2', fromMs: 0, toMs: 45, role: 'follower', term: 1 },
      { node: 'n2', fromMs: 45, toMs: 50, role: 'candidate', term: 2 },
      { node: 'n2', fromMs: 50, toMs: 600, role: 'leader', term: 2 },
      { node: 'n3', fromMs: 0, toMs: 600, role: 'follower', term: 1 },
    ],
    bars: [
      {
        node: 'n1',
        fromMs: 20,
        toMs: 81,
        kind: 'paused',
        label: `paused${hostile}`,
        words: `n1 is stopped${hostile}`,
      },
      {
        node: 'n3',
        fromMs: 30,
        toMs: 40,
        kind: 'down',
        label: `down${hostile}`,
        words: `n3 is killed${hostile}`,
      },
    ],
    arrows,
    marks: [
      mark('n2', 78, {}),
      mark('n2', 76, { kind: 'disk', untilMs: 77.5 }),
      mark('n3', 29, { kind: 'disk', untilMs: null }),
      mark('n2', 80, { kind: 'reply', contradicts: 1 }),
      mark('n1', 82, { kind: 'read', contradicts: 2 }),
      mark('n3', 60, { kind: 'apply' }),
    ],
    windows: [[0, 600]],
    left: { arrows: 0, marks: 0, operations: 0 },
    focusMs: [68, 94],
    endMs: 600,
  };
}

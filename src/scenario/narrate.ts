/** A played scenario as text for a terminal. */

import type { Frame, FrameEvent, PlayedScenario } from '#reports/scenario-types';
import { plain } from '#reports/text';
import { unreachable } from '#src/errors';

/** The whole story, line by line. */
export function narrate(played: PlayedScenario): readonly string[] {
  const { title, about, system, nodes, quorum, frames } = played;
  const head = [
    title,
    '='.repeat(title.length),
    ...(about === '' ? [] : wrap(about, '')),
    '',
    `${system}, nodes ${nodes.join(', ')}; a quorum is ${quorum} of ${nodes.length}.`,
  ];
  return [...head, ...frames.flatMap((frame, i) => frameLines(frame, frames[i - 1]))].map(plain);
}

function frameLines(frame: Frame, before: Frame | undefined): string[] {
  const first = before === undefined;
  const title = frame.text === '' ? '' : ` ${frame.text}`;
  const head = first ? ['', 'At the start'] : ['', `${frame.number}.${title}`];
  const changed = frame.nodes.filter(
    (node, i) => first || JSON.stringify(node) !== JSON.stringify(before.nodes[i]),
  );
  const quorums = frame.quorums.filter((line) => !before?.quorums.includes(line));
  const outcome = frame.outcome.words === before?.outcome.words ? [] : [frame.outcome.words];
  return [
    ...head,
    ...(frame.say === '' ? [] : wrap(frame.say, '   ')),
    ...frame.events.flatMap(eventLines),
    ...changed.map(
      ({ node, health, rows }) =>
        `   | ${node}${health === 'up' ? '' : ` (${health})`}: ${rows.map(([name, value]) => `${name} ${value}`).join('; ')}`,
    ),
    ...quorums.map((line) => `   # ${line}`),
    ...outcome.map((line) => `   => ${line}`),
    ...frame.checks.map(({ text, ok, seen }) =>
      ok ? `   ok: ${text}` : `   NOT AS EXPECTED (line ${frame.line}): ${text}; found: ${seen}`,
    ),
  ];
}

function eventLines(event: FrameEvent): string[] {
  if (event.kind === 'at') return event.words.flatMap((line) => wrap(line, '   '));
  const link = `${event.from} -> ${event.to}: ${event.label}`;
  switch (event.kind) {
    case 'sent':
      return [`   sends     ${link}`];
    case 'waiting':
      return [`   not yet   ${link} (${event.words})`];
    case 'received':
      return [
        `   receives  ${link}`,
        ...wrap(`before: ${event.before}`, '      '),
        ...event.words.flatMap((line) => wrap(line, '      ')),
      ];
    case 'lost':
    case 'doubled':
      return [`   ${event.kind.padEnd(9)} ${link} (${event.words})`];
    default:
      return unreachable(event);
  }
}

const widthMax = 110;

/** Lines of at most `widthMax` characters, where words allow. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > widthMax && line !== indent) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}

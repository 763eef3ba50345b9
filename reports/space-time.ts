/** The page of a failing run: what contradicts what, the schedule in words, and a message-sequence diagram that can be zoomed. */

import { renderPage } from './html.ts';
import type { SpaceTime } from './space-time-types.ts';

/** The whole page. `command` runs the failure again. Everything in the data reaches the page as text only. */
export function renderSpaceTime(data: SpaceTime, command: string): string {
  const title = `${data.failure.name}: ${data.system}`;
  return renderPage({
    viewer: { script: 'space-time/main.ts', style: 'space-time/style.css' },
    title,
    heading: title,
    sentence: data.failure.explanation,
    elsewhere: 'the repro file, as far as it can be written down,',
    data: new TextEncoder().encode(JSON.stringify({ data, command })),
  });
}

/** The page of a failing run, from top to bottom. */

import type { SpaceTime } from '../../space-time-types.ts';
import { h } from '../dom.ts';
import { loadBytes } from '../load.ts';
import { Diagram } from './diagram.ts';
import { head, legend, operations, schedule } from './sections.ts';

interface Embedded {
  readonly data: SpaceTime;
  readonly command: string;
}

/** Written by us into the page; a page that holds something else shows nothing. */
const decode = (bytes: Uint8Array): Embedded =>
  JSON.parse(new TextDecoder().decode(bytes)) as Embedded;

function show({ data, command }: Embedded): void {
  const diagram = new Diagram(data);
  const go = (timeMs: number): void => {
    diagram.go(timeMs);
    diagram.element.scrollIntoView({ block: 'nearest' });
  };
  document
    .querySelector('main')
    ?.replaceChildren(
      head(data, command, go),
      h(
        'section',
        { id: 'diagram' },
        h('div', { class: 'heading' }, h('h2', {}, 'Who said what to whom')),
        diagram.element,
        legend(data),
      ),
      schedule(data, go),
      ...operations(data, go),
    );
  diagram.draw();
  new ResizeObserver(() => diagram.draw()).observe(document.body);
  document.documentElement.dataset['ready'] = '';
}

loadBytes()
  .then((bytes) => show(decode(bytes)))
  .catch((error: unknown) => {
    document
      .querySelector('main')
      ?.append(h('p', { role: 'alert' }, `This page cannot be shown: ${String(error)}`));
  });

/** The page of a failing run, from top to bottom. */

import type { SpaceTime } from '../../space-time-types.ts';
import { h } from '../dom.ts';
import { loadJson } from '../load.ts';
import { showPage } from '../show-page.ts';
import { Diagram } from './diagram.ts';
import { head, legend, operations, schedule } from './sections.ts';

interface Embedded {
  readonly data: SpaceTime;
  readonly command: string;
}

function show(main: HTMLElement, { data, command }: Embedded): void {
  const diagram = new Diagram(data);
  const go = (timeMs: number): void => {
    diagram.go(timeMs);
    diagram.element.scrollIntoView({ block: 'nearest' });
  };
  main.replaceChildren(
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
}

showPage(async (main) => show(main, await loadJson()));

/** How every page begins: filled with the data in it, or saying why it cannot be. */

import { h } from './dom.ts';

/**
 * Has a page filled, then marks it with an attribute that tests wait for. When that fails the page says why, and `elsewhere`: a
 * sentence that says where the same can be read.
 */
export function showPage(fill: (main: HTMLElement) => Promise<void>, elsewhere = ''): void {
  const main = document.querySelector('main');
  if (main === null) return;
  const end = (how: 'true' | 'failed'): void => {
    document.documentElement.dataset['ready'] = how;
  };
  fill(main)
    .then(() => end('true'))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const why = `This page cannot be shown: ${message}. ${elsewhere}`.trimEnd();
      main.replaceChildren(h('p', { role: 'alert' }, why));
      end('failed');
    });
}

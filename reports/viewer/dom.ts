/** Elements without markup: everything that is shown goes in as text, so nothing in a history can become an element. */

export type Child = Node | string | null;

type Attributes = Readonly<Record<string, string>>;

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
}

/** An HTML element. Attribute names must be literals of ours, never data. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** An SVG element. */
export function s<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}

export interface TableColumn {
  readonly head: Child;
  /** Explains the head when pointed at. */
  readonly title?: string;
  readonly number?: boolean;
}

/** A table with a caption for screen readers. Rows may be marked. Scrolls sideways by itself where the page is narrow. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly { readonly cells: readonly Child[]; readonly mark?: string }[],
): HTMLElement {
  const kind = (at: number): Attributes => (columns[at]?.number ? { class: 'number' } : {});
  const heads = columns.map(({ head, title }, at) =>
    h('th', { scope: 'col', ...kind(at), ...(title === undefined ? {} : { title }) }, head),
  );
  const body = rows.map(({ cells, mark }) =>
    h(
      'tr',
      mark === undefined ? {} : { class: mark },
      ...cells.map((cell, at) => h('td', kind(at), cell)),
    ),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...heads)),
      h('tbody', {}, ...body),
    ),
  );
}

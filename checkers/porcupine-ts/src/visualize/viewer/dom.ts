/** Elements without markup: all that is shown goes in as text, so nothing in a history can become an element. */

export type Child = Node | string | null;

/** An HTML element. Attribute names and values are ours, never data. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that says what it does when pointed at. */
export function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const element = h('button', { type: 'button' }, text);
  element.title = title;
  element.setAttribute('aria-label', title);
  element.addEventListener('click', act);
  return element;
}

/** A canvas as large as its box, sharp on any screen. Undefined while it has no size. */
export function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const { clientWidth, clientHeight } = canvas;
  const ratio = devicePixelRatio;
  const width = Math.round(clientWidth * ratio);
  const height = Math.round(clientHeight * ratio);
  if (width === 0 || height === 0) return undefined;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const ctx = canvas.getContext('2d') ?? undefined;
  ctx?.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx?.clearRect(0, 0, clientWidth, clientHeight);
  return ctx;
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** 12345.6789 -> `12 345.679`, with thin no-break spaces. */
export const grouped = (value: number): string => number.format(value).replaceAll(',', '\u202f');

/** The window on the drawing: which stretch of the axis, and which lanes. */

export const laneHeight = 36;

/** Share of the window that stays free around what is brought into view. */
const margin = 0.12;

export class View {
  /** Of the axis, from 0. */
  width = 1;
  lanes = 0;
  from = 0;
  to = 1;
  /** Px that the lanes are scrolled by. */
  top = 0;
  /** Px of the drawing, without names, and of its lanes. */
  pixels = 1;
  lanePixels = 1;

  x(at: number): number {
    return ((at - this.from) / (this.to - this.from)) * this.pixels;
  }

  at(x: number): number {
    return this.from + (x / this.pixels) * (this.to - this.from);
  }

  get pixelsPerUnit(): number {
    return this.pixels / (this.to - this.from);
  }

  showAll(): void {
    this.#set(0, this.width);
  }

  /** Makes things larger by the factor, keeping one place where it is. */
  zoom(factor: number, at = (this.from + this.to) / 2): void {
    // Nearer than this nothing new can be seen, and numbers end.
    const least = this.width / 4_000_000;
    const span = Math.min(this.width, Math.max(least, (this.to - this.from) / factor));
    const share = (at - this.from) / (this.to - this.from);
    this.#set(at - share * span, at - share * span + span);
  }

  pan(pixels: number): void {
    const by = (pixels / this.pixels) * (this.to - this.from);
    this.#set(this.from + by, this.to + by);
  }

  scroll(pixels: number): void {
    this.top = Math.max(0, Math.min(this.top + pixels, this.lanes * laneHeight - this.lanePixels));
  }

  center(at: number): void {
    const half = (this.to - this.from) / 2;
    this.#set(at - half, at + half);
  }

  /** Shows a stretch, as near as before where it fits; of a wider one the moment. */
  reveal(from: number, to: number, moment: number): void {
    const span = this.to - this.from;
    const free = span * margin;
    if (from >= this.from + free && to <= this.to - free) return;
    if (to - from <= span - 2 * free) this.center((from + to) / 2);
    else if (moment < this.from + free || moment > this.to - free) this.center(moment);
  }

  revealLane(lane: number): void {
    const at = lane * laneHeight;
    const isInSight = at >= this.top && at + laneHeight <= this.top + this.lanePixels;
    if (!isInSight) this.top = at - (this.lanePixels - laneHeight) / 2;
    this.scroll(0);
  }

  #set(from: number, to: number): void {
    const span = Math.min(to - from, this.width);
    this.from = Math.max(0, Math.min(from, this.width - span));
    this.to = this.from + span;
  }
}

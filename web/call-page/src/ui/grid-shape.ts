/** Sizes of equal tiles in a box. Pure. Lengths in CSS pixels. */

export interface TileSize {
  width: number;
  height: number;
}

const ASPECT_MIN = 3 / 4;
const ASPECT_MAX = 16 / 9;

/** The largest tiles, between portrait 3:4 and 16:9, of which `count` fit into the box with `gap` between them. */
export function tileSize(count: number, width: number, height: number, gap: number): TileSize {
  let best: TileSize = { width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    let w = (width - gap * (columns - 1)) / columns;
    let h = (height - gap * (rows - 1)) / rows;
    if (w / h > ASPECT_MAX) w = h * ASPECT_MAX;
    if (w / h < ASPECT_MIN) h = w / ASPECT_MIN;
    if (w > 0 && h > 0 && w * h > best.width * best.height) best = { width: Math.floor(w), height: Math.floor(h) };
  }
  return best;
}

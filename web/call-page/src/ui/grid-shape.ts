/** Sizes of equal tiles in a box. Pure. Lengths in CSS pixels. */

export interface TileSize {
  width: number;
  height: number;
}

/** Narrower than the camera's 16:9, so that the sides are cropped, but never by much. */
const ASPECT_MIN = 6 / 5;
const ASPECT_MAX = 16 / 9;

/**
 * The tiles, between 6:5 and 16:9, that show the largest 16:9 pictures when `count` of them fill
 * the box.
 */
export function tileSize(count: number, width: number, height: number, gap: number): TileSize {
  let best: TileSize = { width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    let w = (width - gap * (columns - 1)) / columns;
    let h = (height - gap * (rows - 1)) / rows;
    if (w / h > ASPECT_MAX) w = h * ASPECT_MAX;
    if (w / h < ASPECT_MIN) h = w / ASPECT_MIN;
    if (h > 0 && w > best.width) best = { width: Math.floor(w), height: Math.floor(h) };
  }
  return best;
}

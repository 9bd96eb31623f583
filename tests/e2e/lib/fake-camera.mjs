/** Draws a head and shoulders before a coloured wall as a Y4M file, for Chromium's fake camera. */
import { open } from 'node:fs/promises';

/** The picture is drawn in these coordinates and scaled. */
const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 40;
const DEFAULT_FPS = 20;

function rgbToYuv([r, g, b]) {
    return [
        16 + 0.257 * r + 0.504 * g + 0.098 * b,
        128 - 0.148 * r - 0.291 * g + 0.439 * b,
        128 + 0.439 * r - 0.368 * g - 0.071 * b,
    ];
}

const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);
const inEllipse = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;

/** Colour at a point of the picture; `sway` moves the person sideways, in pixels. */
function colour(x, y, { wall, light, skin, hair, shirt }, sway) {
    const cx = WIDTH / 2 + sway;
    if (inEllipse(x, y, cx, 172, 56, 72))
        return y < 132 + ((x - cx) / 56) ** 2 * 26
            ? hair
            : mix(skin, [60, 40, 30], (x - cx + 56) / 620);
    if (inEllipse(x, y, cx, 152, 70, 78) && y < 190) return hair;
    if (Math.abs(x - cx) < 24 && y > 172 && y < 270) return mix(skin, [60, 40, 30], 0.22);
    if (inEllipse(x, y, cx, 372, 150, 126))
        return mix(shirt, [0, 0, 0], Math.max(0, (x - cx) / 600));
    const lamp = Math.max(0, 1 - Math.hypot(x - WIDTH * 0.78, y - HEIGHT * 0.2) / 420);
    return mix(mix(wall, [20, 24, 26], (y / HEIGHT) * 0.35), light, lamp * 0.75);
}

function frame(look, sway, width) {
    const height = (width * HEIGHT) / WIDTH;
    const scale = WIDTH / width;
    const chroma = (width / 2) * (height / 2);
    const data = Buffer.alloc(width * height + 2 * chroma);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const [luma, u, v] = rgbToYuv(colour(x * scale, y * scale, look, sway));
            data[y * width + x] = luma;
            if (x % 2 === 0 && y % 2 === 0) {
                const at = (y / 2) * (width / 2) + x / 2;
                data[width * height + at] = u;
                data[width * height + chroma + at] = v;
            }
        }
    }
    return data;
}

/**
 * `look`: RGB colours of wall, light, skin, hair and shirt. Pictures of 16:9, `width` a multiple of
 * 32 pixels.
 */
export async function writeFakeCamera(file, look, width = WIDTH, fps = DEFAULT_FPS) {
    const out = await open(file, 'w');
    await out.write(
        `YUV4MPEG2 W${width} H${(width * HEIGHT) / WIDTH} F${fps}:1 Ip A1:1 C420jpeg\n`,
    );
    for (let i = 0; i < FRAMES; i++) {
        await out.write('FRAME\n');
        await out.write(frame(look, Math.round(5 * Math.sin((2 * Math.PI * i) / FRAMES)), width));
    }
    await out.close();
}

/**
 * What is sent of a picture (RFC 8853): a large one also in smaller sizes, so that the SFU has one
 * for every receiver's tile and bandwidth. Pure.
 */

interface Layer {
  rid: string;
  /** The height of the picture that this encoding is meant for. */
  height: number;
  /** bit/s */
  maxBitrate: number;
}

/** Smallest first, as the order of the encodings says. */
const LAYERS: readonly Layer[] = [
  { rid: 'l', height: 180, maxBitrate: 120_000 },
  { rid: 'm', height: 360, maxBitrate: 400_000 },
  { rid: 'h', height: 720, maxBitrate: 1_500_000 },
];
/** A picture of at least this part of a layer's height is worth that layer. */
const WORTH = 0.75;
/** Text has to stay readable; between changes little is sent. */
const SCREEN_BITRATE_MAX = 2_500_000;

/**
 * Of a camera with pictures of this height: each encoding half as high as the next, the last as
 * high as the camera's. One without a name where the picture is small.
 */
export function cameraEncodings(height: number): RTCRtpEncodingParameters[] {
  const layers = LAYERS.filter((layer) => height >= layer.height * WORTH);
  if (layers.length < 2) return [{ maxBitrate: LAYERS[1]!.maxBitrate }];
  return layers.map(({ rid, maxBitrate }, index) => ({
    rid,
    maxBitrate,
    scaleResolutionDownBy: 2 ** (layers.length - 1 - index),
  }));
}

export function screenEncodings(): RTCRtpEncodingParameters[] {
  return [{ maxBitrate: SCREEN_BITRATE_MAX }];
}

/**
 * Which encodings of a picture of this height are worth sending where the others want one of at
 * most `maxHeight`, 0 for none and undefined for any: those that are no higher, and the smallest in
 * any case. The height is 0 where it is not known.
 */
export function watchedEncodings(
  encodings: readonly RTCRtpEncodingParameters[],
  height: number,
  maxHeight: number | undefined,
): boolean[] {
  const scales = encodings.map((encoding) => encoding.scaleResolutionDownBy ?? 1);
  const smallest = Math.max(...scales);
  const isWatched = (scale: number) =>
    maxHeight === undefined || scale === smallest || height / scale <= maxHeight;
  return scales.map((scale) => maxHeight !== 0 && isWatched(scale));
}

/**
 * Where the peer takes no simulcast the browser goes on with the smallest of `encodings`: that one
 * is to be what the largest was.
 */
export function withoutSimulcast(
  left: RTCRtpEncodingParameters[],
  encodings: RTCRtpEncodingParameters[],
): RTCRtpEncodingParameters[] {
  const { maxBitrate } = encodings.at(-1) ?? {};
  return left.map((encoding) => ({
    ...encoding,
    scaleResolutionDownBy: 1,
    ...(maxBitrate === undefined ? {} : { maxBitrate }),
  }));
}

/**
 * The video codecs to offer to the SFU: what it can forward, each with RTX. Forward error
 * correction is for two ends, not for who forwards. Pure.
 */
const FORWARDED: readonly string[] = ['VP8', 'VP9', 'H264', 'AV1'];
/** Payload types of one content. */
const PAYLOAD_TYPES_MAX = 64;

export type Codec = Pick<RTCRtpCodec, 'mimeType'>;

const nameOf = (codec: Codec) => codec.mimeType.split('/')[1] ?? '';

/** Of the browser's codecs, in its order. Its one RTX stands for one of each. */
export function forwardedCodecs<T extends Codec>(codecs: readonly T[]): T[] {
  const wanted = codecs.filter((codec) => FORWARDED.includes(nameOf(codec)));
  const rtx = codecs.filter((codec) => nameOf(codec) === 'rtx').slice(0, 1);
  const most = PAYLOAD_TYPES_MAX / (rtx.length ? 2 : 1);
  return [...wanted.slice(0, most), ...rtx];
}

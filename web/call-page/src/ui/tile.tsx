import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar } from './avatar';
import type { TileSize } from './grid-shape';
import { MicrophoneOffIcon } from './icons';

export interface TileProps {
    nick: string;
    self?: boolean;
    stream: MediaStream | undefined;
    hasVideo: boolean;
    /** Show the picture as in a mirror. */
    mirrored?: boolean;
    speaking: boolean;
    /** Speaks most of all. */
    dominant?: boolean;
    muted?: boolean;
    state: string;
    size: TileSize;
}

/** A picture that would lose more than a third to cropping is shown whole instead. */
const CROP_MAX = 1.5;

const STATE_WORDS: Record<string, string> = {
    waiting: 'Connecting\u2026',
    connecting: 'Connecting\u2026',
    interrupted: 'Connection is unstable',
    failed: 'No connection: a firewall may be in the way',
    ended: 'Not connected',
};

/** One person of the call: the picture or the initials, the name, and a frame while speaking. */
export function Tile(props: TileProps): JSX.Element {
    const { nick, self, stream, hasVideo, size } = props;
    const video = useRef<HTMLVideoElement>(null);
    const [aspect, setAspect] = useState(16 / 9);

    useEffect(() => {
        const element = video.current;
        if (!element || element.srcObject === (stream ?? null)) return;
        element.srcObject = stream ?? null;
        if (stream) void playWhenAllowed(element);
    }, [stream]);

    const ratio = aspect / (size.width / Math.max(1, size.height));
    const whole = Math.max(ratio, 1 / ratio) > CROP_MAX;
    const classes = [
        'tile',
        props.speaking && 'speaking',
        props.dominant && 'dominant',
        props.mirrored && 'mirrored',
        whole && 'whole',
        hasVideo && 'has-video',
    ];
    const words = STATE_WORDS[props.state];
    return (
        <li
            class={classes.filter(Boolean).join(' ')}
            style={{ width: `${size.width}px`, height: `${size.height}px` }}
            data-testid="tile"
            data-nick={nick}
            data-self={self ? 'true' : 'false'}
            data-state={props.state}
            data-speaking={props.speaking ? 'true' : 'false'}
            data-muted={props.muted ? 'true' : 'false'}
            data-dominant={props.dominant ? 'true' : 'false'}
            data-video={hasVideo ? 'true' : 'false'}
        >
            <video
                ref={video}
                autoplay
                playsInline
                muted={self === true}
                aria-label={`Video of ${nick}`}
                onResize={(e) => {
                    const { videoWidth, videoHeight } = e.currentTarget;
                    if (videoWidth && videoHeight) setAspect(videoWidth / videoHeight);
                }}
            />
            {!hasVideo && <Avatar name={nick} />}
            {words && <p class="tile-state">{words}</p>}
            <p class="tile-name">
                {props.muted && (
                    <span class="tile-muted">
                        <MicrophoneOffIcon />
                        <span class="hidden">microphone off</span>
                    </span>
                )}
                {self ? `${nick} (you)` : nick}
                {props.speaking && <span class="hidden"> is speaking</span>}
            </p>
        </li>
    );
}

/**
 * Browsers may refuse sound before the person has touched the page; then it starts with the next
 * click.
 */
async function playWhenAllowed(element: HTMLVideoElement): Promise<void> {
    try {
        await element.play();
    } catch (error) {
        if ((error as DOMException).name !== 'NotAllowedError') return;
        document.addEventListener('click', () => void element.play().catch(() => undefined), {
            once: true,
        });
    }
}

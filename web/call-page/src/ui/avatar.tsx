import type { JSX } from 'preact';

const HUES = 8;

export function initials(name: string): string {
    const words = name.split(/[\s._-]+/).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
    return letters.map((w) => [...(w ?? '?')][0]!.toUpperCase()).join('');
}

/** The same name has the same colour on every page. */
function hue(name: string): number {
    return (
        ([...name].reduce(
            (hash, c) => Math.imul(hash ^ c.codePointAt(0)!, 16_777_619),
            2_166_136_261,
        ) >>>
            8) %
        HUES
    );
}

export function Avatar({ name }: { name: string }): JSX.Element {
    return (
        <span class={`avatar hue-${hue(name)}`} aria-hidden="true">
            {initials(name)}
        </span>
    );
}

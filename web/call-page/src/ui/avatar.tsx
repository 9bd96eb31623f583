import type { JSX } from 'preact';

const HUES = 8;

export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((w) => [...(w ?? '?')][0]!.toUpperCase()).join('');
}

/** The same name has the same colour on every page. */
function hue(name: string): number {
  return [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) % 65_521, 7) % HUES;
}

export function Avatar({ name }: { name: string }): JSX.Element {
  return <span class={`avatar hue-${hue(name)}`} aria-hidden="true">{initials(name)}</span>;
}

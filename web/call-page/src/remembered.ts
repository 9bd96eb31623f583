/** What the page remembers between visits: nothing secret. Works without storage, too. */

type Key = 'address' | 'room';

export function remembered(key: Key): string | undefined {
  try {
    return localStorage.getItem(`parley.${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: Key, value: string): void {
  try {
    localStorage.setItem(`parley.${key}`, value);
  } catch {
    // Storage is switched off or full: the person types it again.
  }
}

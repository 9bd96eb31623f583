import { DOMImplementation, DOMParser, XMLSerializer } from '@xmldom/xmldom';

/** The modules under test build elements with the browser's `document`. */
globalThis.document = { implementation: new DOMImplementation() } as unknown as Document;

export function xml(source: string): Element {
  return new DOMParser().parseFromString(source, 'text/xml').documentElement as unknown as Element;
}

/** What arrives at the other side: serialised and parsed again. */
export function overTheWire(element: Element): Element {
  return xml(new XMLSerializer().serializeToString(element as never));
}

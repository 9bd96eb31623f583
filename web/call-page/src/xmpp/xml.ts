/**
 * Reading and building XML over the DOM, by namespace and local name, so that prefixed names read
 * alike. Built elements carry their namespace as an `xmlns` attribute, as Strophe's serialiser
 * expects it.
 */

type Attributes = Record<string, string | number | undefined>;
type Content = Element | string | undefined;

let ownerDocument: Document | undefined;

function factory(): Document {
  ownerDocument ??= document.implementation.createDocument(null, null, null);
  return ownerDocument;
}

/** Builds an element; undefined attributes and children are left out. */
export function el(name: string, attributes: Attributes = {}, ...content: Content[]): Element {
  const element = factory().createElementNS(null, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, String(value));
  }
  for (const item of content) {
    if (item === undefined) continue;
    element.appendChild(typeof item === 'string' ? factory().createTextNode(item) : item);
  }
  return element;
}

/** Child elements, restricted to a local name and a namespace where given. */
export function children(parent: Element, name?: string, ns?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (node.nodeType !== 1) continue;
    const element = node as Element;
    if (name !== undefined && element.localName !== name) continue;
    if (ns !== undefined && element.namespaceURI !== ns) continue;
    found.push(element);
  }
  return found;
}

export function child(parent: Element, name?: string, ns?: string): Element | undefined {
  return children(parent, name, ns)[0];
}

export function attribute(element: Element, name: string): string | undefined {
  return element.getAttribute(name) ?? undefined;
}

/** A decimal attribute between 0 and `max`; undefined when absent or anything else. */
export function intAttribute(element: Element, name: string, max: number): number | undefined {
  const text = element.getAttribute(name);
  if (text === null || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

export function text(element: Element | undefined): string {
  return element?.textContent ?? '';
}

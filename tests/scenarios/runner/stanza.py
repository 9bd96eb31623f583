"""XML as scenarios write it: read with the namespaces of a client's stream, printed for people."""

import xml.etree.ElementTree as ET

CLIENT = "jabber:client"
STREAM = "http://etherx.jabber.org/streams"
TEST = "urn:parley:test"

_PREAMBLE = f"<w xmlns='{CLIENT}' xmlns:stream='{STREAM}' xmlns:test='{TEST}'>"


def read(text):
    """The elements in the text, which stand as they would inside <stream:stream xmlns='jabber:client'>."""
    root = ET.fromstring(f"{_PREAMBLE}{text}</w>")
    for element in root:
        element.tail = None
    return list(root)


def name_of(tag):
    """'{ns}local' as the pair (ns, local)."""
    if tag.startswith("{"):
        namespace, local = tag[1:].split("}", 1)
        return namespace, local
    return "", tag


def _escape(text, quote=False):
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("'", "&apos;") if quote else text


def show(element, parent_namespace=CLIENT):
    """One line of XML with a default namespace wherever it changes."""
    namespace, local = name_of(element.tag)
    out = f"<{local}"
    if namespace != parent_namespace:
        out += f" xmlns='{namespace}'"
    for key, value in element.attrib.items():
        key_namespace, key_local = name_of(key)
        prefix = {"": "", TEST: "test:", "http://www.w3.org/XML/1998/namespace": "xml:"}.get(
            key_namespace, key_namespace + ":")
        out += f" {prefix}{key_local}='{_escape(value, quote=True)}'"
    inner = _escape(element.text or "")
    for child in element:
        inner += show(child, namespace) + _escape(child.tail or "")
    return f"{out}>{inner}</{local}>" if inner else f"{out}/>"

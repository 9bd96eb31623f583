"""Jingle contents (XEP-0167, 0176, 0293, 0294, 0320, 0338, 0339) to and from SDP (RFC 8866)."""

import re
import xml.etree.ElementTree as ET

JINGLE = "urn:xmpp:jingle:1"
RTP = "urn:xmpp:jingle:apps:rtp:1"
FEEDBACK = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0"
EXTENSIONS = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0"
SOURCES = "urn:xmpp:jingle:apps:rtp:ssma:0"
GROUPING = "urn:xmpp:jingle:apps:grouping:0"
DTLS = "urn:xmpp:jingle:apps:dtls:0"
ICE_UDP = "urn:xmpp:jingle:transports:ice-udp:1"

# Of a candidate: Jingle's attribute, SDP's word.
CANDIDATE_EXTRAS = (("rel-addr", "raddr"), ("rel-port", "rport"), ("tcptype", "tcptype"))


def add(parent, namespace, tag, text=None, **attributes):
    """Attributes whose value is None are left out; `rel_addr` is written rel-addr."""
    known = {name.replace("_", "-"): str(value) for name, value in attributes.items() if value is not None}
    child = ET.SubElement(parent, f"{{{namespace}}}{tag}", known)
    child.text = text
    return child


# --- from SDP


class Lines:
    """The lines of a media section, and behind them those of the session."""

    def __init__(self, media, session=()):
        self.first, self.media, self.session = media[0], media[1:], list(session)

    def all(self, name):
        return [line[len(name) + 3:] for line in self.media if line.startswith(f"a={name}:")]

    def one(self, name):
        return next(iter(self.all(name) + [line[len(name) + 3:] for line in self.session
                                           if line.startswith(f"a={name}:")]), None)

    def has(self, name):
        return f"a={name}" in self.media

    def of_format(self, name, payload_type):
        """Values of `a=name:PT value` for this payload type."""
        return [value.split(" ", 1)[1] for value in self.all(name) if value.split(" ", 1)[0] == payload_type]


def sections(sdp):
    """(lines of the session, media sections)."""
    head, *media = re.split(r"(?m)^(?=m=)", sdp.replace("\r\n", "\n"))
    session = head.strip().split("\n")
    return session, [Lines(part.strip().split("\n"), session) for part in media]


def add_payload_types(description, lines):
    for payload_type in lines.first.split(" ")[3:]:
        name, clock_rate, *channels = lines.of_format("rtpmap", payload_type)[0].split("/")
        element = add(description, RTP, "payload-type", id=payload_type, name=name, clockrate=clock_rate,
                      channels=channels[0] if channels else None)
        for parameter in ";".join(lines.of_format("fmtp", payload_type)).split(";"):
            key, _, value = parameter.strip().partition("=")
            if key:
                add(element, RTP, "parameter", name=key, value=value)
        for feedback in lines.of_format("rtcp-fb", payload_type):
            kind, _, subtype = feedback.partition(" ")
            add(element, FEEDBACK, "rtcp-fb", type=kind, subtype=subtype or None)


def add_sources(description, lines):
    sources = {}
    for value in lines.all("ssrc"):
        ssrc, attribute = value.split(" ", 1)
        if ssrc not in sources:
            sources[ssrc] = add(description, SOURCES, "source", ssrc=ssrc)
        name, _, text = attribute.partition(":")
        add(sources[ssrc], SOURCES, "parameter", name=name, value=text)
    for value in lines.all("ssrc-group"):
        semantics, *ssrcs = value.split()
        group = add(description, SOURCES, "ssrc-group", semantics=semantics)
        for ssrc in ssrcs:
            add(group, SOURCES, "source", ssrc=ssrc)


def add_transport(content, lines):
    transport = add(content, ICE_UDP, "transport", ufrag=lines.one("ice-ufrag"), pwd=lines.one("ice-pwd"))
    kind, value = lines.one("fingerprint").split()
    add(transport, DTLS, "fingerprint", value, hash=kind.lower(), setup=lines.one("setup"))
    for index, candidate in enumerate(lines.all("candidate")):
        words = candidate.split()
        extras = dict(zip(words[8::2], words[9::2]))
        add(transport, ICE_UDP, "candidate", id=f"c{index}", foundation=words[0], component=words[1],
            protocol=words[2].lower(), priority=words[3], ip=words[4], port=words[5], type=words[7], generation=0,
            network=0, **{name.replace("-", "_"): extras.get(word) for name, word in CANDIDATE_EXTRAS})


def fill(jingle, sdp, creator, sender):
    """Puts the contents that this SDP describes into a <jingle/>, all of them sent by `sender`, and their group."""
    session, media = sections(sdp)
    for lines in media:
        content = add(jingle, JINGLE, "content", creator=creator, senders=sender, name=lines.one("mid"))
        description = add(content, RTP, "description", media=lines.first[2:].split(" ")[0])
        add_payload_types(description, lines)
        for value in lines.all("extmap"):
            number, uri = value.split(" ")[:2]
            add(description, EXTENSIONS, "rtp-hdrext", id=number.split("/")[0], uri=uri)
        add_sources(description, lines)
        if lines.has("rtcp-mux"):
            add(description, RTP, "rtcp-mux")
        add_transport(content, lines)
    bundle = Lines(["", *session]).one("group")
    if bundle:
        group = add(jingle, GROUPING, "group", semantics="BUNDLE")
        for name in bundle.split()[1:]:
            add(group, GROUPING, "content", name=name)


# --- to SDP


def candidate_line(candidate):
    """A <candidate/> as the value of `a=candidate:`."""
    words = [candidate.get(name) for name in ("foundation", "component", "protocol", "priority", "ip", "port")]
    words += ["typ", candidate.get("type")]
    for name, word in CANDIDATE_EXTRAS:
        if candidate.get(name):
            words += [word, candidate.get(name)]
    return " ".join(words)


def candidates(jingle):
    """(content's name, candidate's line) of each in a <jingle/>."""
    return [(content.get("name"), candidate_line(candidate)) for content in jingle.iterfind(f"{{{JINGLE}}}content")
            for candidate in content.iterfind(f"{{{ICE_UDP}}}transport/{{{ICE_UDP}}}candidate")]


def format_lines(payload_type):
    number, clock_rate, channels = (payload_type.get(name) for name in ("id", "clockrate", "channels"))
    yield f"a=rtpmap:{number} {payload_type.get('name')}/{clock_rate}" + (f"/{channels}" if channels else "")
    parameters = [f"{p.get('name')}={p.get('value')}" if p.get("name") and p.get("value") else
                  p.get("name") or p.get("value") for p in payload_type.iterfind(f"{{{RTP}}}parameter")]
    if parameters:
        yield f"a=fmtp:{number} " + ";".join(parameters)
    for feedback in payload_type.iterfind(f"{{{FEEDBACK}}}rtcp-fb"):
        yield f"a=rtcp-fb:{number} " + " ".join(filter(None, (feedback.get("type"), feedback.get("subtype"))))


def source_lines(description):
    for group in description.iterfind(f"{{{SOURCES}}}ssrc-group"):
        ssrcs = " ".join(source.get("ssrc") for source in group)
        yield f"a=ssrc-group:{group.get('semantics')} {ssrcs}"
    for source in description.iterfind(f"{{{SOURCES}}}source"):
        for parameter in source:
            yield f"a=ssrc:{source.get('ssrc')} {parameter.get('name')}:{parameter.get('value')}"


def transport_lines(transport):
    yield f"a=ice-ufrag:{transport.get('ufrag')}"
    yield f"a=ice-pwd:{transport.get('pwd')}"
    fingerprint = transport.find(f"{{{DTLS}}}fingerprint")
    yield f"a=fingerprint:{fingerprint.get('hash')} {fingerprint.text}"
    yield f"a=setup:{fingerprint.get('setup')}"
    for candidate in transport.iterfind(f"{{{ICE_UDP}}}candidate"):
        yield f"a=candidate:{candidate_line(candidate)}"


def section(content, direction):
    description = content.find(f"{{{RTP}}}description")
    types = description.findall(f"{{{RTP}}}payload-type")
    yield f"m={description.get('media')} 9 UDP/TLS/RTP/SAVPF " + " ".join(t.get("id") for t in types)
    yield from ("c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", f"a=mid:{content.get('name')}", f"a={direction}",
                "a=rtcp-mux")
    for payload_type in types:
        yield from format_lines(payload_type)
    for extension in description.iterfind(f"{{{EXTENSIONS}}}rtp-hdrext"):
        yield f"a=extmap:{extension.get('id')} {extension.get('uri')}"
    yield from source_lines(description)
    yield from transport_lines(content.find(f"{{{ICE_UDP}}}transport"))


def to_sdp(jingle, direction):
    """What a <jingle/> of the peer's describes, all of it in this direction."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    group = jingle.find(f"{{{GROUPING}}}group")
    if group is not None:
        lines.append("a=group:BUNDLE " + " ".join(content.get("name") for content in group))
    lines.append("a=msid-semantic:WMS *")
    for content in jingle.iterfind(f"{{{JINGLE}}}content"):
        lines += section(content, direction)
    return "\r\n".join(lines) + "\r\n"

"""The call messages as slixmpp stanzas: what a third-party client would write from the protocol document."""

from slixmpp import Iq, Message
from slixmpp.xmlstream import ElementBase, register_stanza_plugin

NS = "urn:xmpp:jingle-muc-message:0"
NS_SFU = "urn:xmpp:jingle-muc-media-sfu:0"
ACTIONS = ("propose", "accept", "reject", "retract", "ended")


class Description(ElementBase):
    name = "description"
    namespace = "urn:xmpp:jingle:apps:rtp:1"
    plugin_attrib = "description"
    plugin_multi_attrib = "descriptions"
    interfaces = {"media"}


class CallElement(ElementBase):
    namespace = NS
    interfaces = {"id", "position", "jid", "service"}


def _action(action):
    return type(action.capitalize(), (CallElement,), {"name": action, "plugin_attrib": f"call_{action}"})


ELEMENTS = {action: _action(action) for action in ACTIONS}


class Participant(ElementBase):
    name = "participant"
    namespace = NS
    plugin_attrib = "participant"
    plugin_multi_attrib = "participants"
    interfaces = {"nick", "jid", "position", "media"}


class Call(ElementBase):
    name = "call"
    namespace = NS
    plugin_attrib = "call"
    plugin_multi_attrib = "calls"
    interfaces = {"id", "mode", "state", "service", "since", "initiator"}


class Calls(ElementBase):
    name = "calls"
    namespace = NS
    plugin_attrib = "active_calls"
    interfaces = set()


def register():
    """Makes slixmpp know the elements. Once per process."""
    for element in ELEMENTS.values():
        register_stanza_plugin(Message, element)
        register_stanza_plugin(element, Description, iterable=True)
    register_stanza_plugin(Call, Participant, iterable=True)
    register_stanza_plugin(Calls, Call, iterable=True)
    register_stanza_plugin(Message, Calls)
    register_stanza_plugin(Iq, Calls)

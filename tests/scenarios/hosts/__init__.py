"""Drivers: how to start a private instance of an XMPP server for the scenarios. See host.Host."""


def driver(name):
    """The driver class of a host by name."""
    if name == "parleyd":
        from .parleyd import Parleyd
        return Parleyd
    if name == "prosody":
        from .prosody import Prosody
        return Prosody
    if name == "ejabberd":
        from .ejabberd import Ejabberd
        return Ejabberd
    raise ValueError(f"no driver for {name}; known: parleyd, prosody, ejabberd")

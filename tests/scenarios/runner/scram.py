"""The client's half of SCRAM (RFC 5802, RFC 7677), with and without channel binding."""

import base64
import hashlib
import hmac
import os

MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1")
_ITERATIONS_MAX = 1_000_000


class ScramError(Exception):
    pass


class Scram:
    """One authentication. `binding` is (type, data) and needed for the -PLUS mechanisms."""

    def __init__(self, mechanism, user, password, binding=None):
        self.hash = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism.removesuffix("-PLUS")]
        self.password = password.encode()
        if mechanism.endswith("-PLUS"):
            if binding is None:
                raise ScramError(f"{mechanism} needs channel binding data")
            self.header, self.binding = f"p={binding[0]},,".encode(), binding[1]
        else:
            self.header, self.binding = b"n,,", b""
        self.nonce = base64.b64encode(os.urandom(18))
        name = user.replace("=", "=3D").replace(",", "=2C").encode()
        self.bare = b"n=" + name + b",r=" + self.nonce
        self.signature = None

    def first(self):
        return self.header + self.bare

    def final(self, challenge):
        """The answer to the server's first message."""
        fields = dict(field.split(b"=", 1) for field in challenge.split(b","))
        if not fields[b"r"].startswith(self.nonce):
            raise ScramError("the server's nonce does not begin with ours")
        rounds = int(fields[b"i"])
        if not 4096 <= rounds <= _ITERATIONS_MAX:
            raise ScramError(f"{rounds} iterations")
        salted = hashlib.pbkdf2_hmac(self.hash, self.password, base64.b64decode(fields[b"s"]), rounds)
        without_proof = b"c=" + base64.b64encode(self.header + self.binding) + b",r=" + fields[b"r"]
        message = self.bare + b"," + challenge + b"," + without_proof
        client_key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self.hash, client_key).digest(), message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.signature = self._hmac(self._hmac(salted, b"Server Key"), message)
        return without_proof + b",p=" + base64.b64encode(proof)

    def verify(self, success):
        """Checks that the server, too, knows the password."""
        if success != b"v=" + base64.b64encode(self.signature or b""):
            raise ScramError("the server's signature is wrong")

    def _hmac(self, key, message):
        return hmac.new(key, message, self.hash).digest()

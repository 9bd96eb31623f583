"""The runner's own tests: an expectation that matches too much would hide bugs of every server."""

import pathlib
import tempfile
import unittest

from . import dialogue, match, scram, stanza, template

ROOM = "<presence from='r@c/a' id='1'><x xmlns='u'><item role='none' nick='b'/><status code='110'/></x></presence>"


def attempt(expected, actual, variables=None):
    return match.match(stanza.read(expected)[0], stanza.read(actual)[0], variables or {})


class Matching(unittest.TestCase):
    MATCHES = [
        "<presence/>",
        "<presence from='r@c/a'/>",
        "<presence from='{room}/a'/>",
        "<presence type='{none}'/>",
        "<presence><x xmlns='u'><status code='110'/></x></presence>",
        "<presence><x xmlns='u'><status code='110'/><item nick='b'/></x></presence>",
        "<presence><x xmlns='u'><status code='201' test:absent='yes'/></x></presence>",
        "<presence test:exact='yes' from='r@c/a' id='1'><x xmlns='u'/></presence>",
        "<presence><x xmlns='u' test:ordered='yes'><item/><status/></x></presence>",
    ]
    DIFFERS = [
        "<message/>",
        "<presence xmlns='other'/>",
        "<presence from='r@c/b'/>",
        "<presence to='r@c/b'/>",
        "<presence id='{none}'/>",
        "<presence><x/></presence>",
        "<presence><x xmlns='u'><status code='111'/></x></presence>",
        "<presence><x xmlns='u'><status/><status/></x></presence>",
        "<presence><x xmlns='u'><status code='110' test:absent='yes'/></x></presence>",
        "<presence test:exact='yes' from='r@c/a'><x xmlns='u'/></presence>",
        "<presence><x xmlns='u' test:exact='yes'><item/></x></presence>",
        "<presence><x xmlns='u' test:ordered='yes'><status/><item/></x></presence>",
        "<presence><x xmlns='u'>text</x></presence>",
        "<presence from='{uuid}'/>",
    ]

    def test_matches(self):
        for expected in self.MATCHES:
            with self.subTest(expected):
                attempt(expected, ROOM)

    def test_differs(self):
        for expected in self.DIFFERS:
            with self.subTest(expected), self.assertRaises(match.Mismatch):
                attempt(expected, ROOM)

    def test_captures_and_compares(self):
        bound = attempt("<presence from='{room}/{nick}'/>", ROOM)
        self.assertEqual(bound, {"room": "r@c", "nick": "a"})
        with self.assertRaises(match.Mismatch):
            attempt("<presence from='{room}/b'/>", ROOM, bound)

    def test_one_variable_twice_must_agree(self):
        self.assertEqual(template.match("{a}-{a}", "x-x", {}), {"a": "x"})
        self.assertIsNone(template.match("{a}-{a}", "x-y", {}))

    def test_tries_every_assignment_of_children(self):
        attempt("<iq><a n='{x}'/><a n='1'/></iq>", "<iq><a n='1'/><a n='2'/></iq>")

    def test_an_expectation_is_not_used_up(self):
        expected = stanza.read("<presence><x xmlns='u'><status code='9' test:absent='yes'/></x></presence>")[0]
        for _ in range(2):
            match.match(expected, stanza.read(ROOM)[0], {})

    def test_text(self):
        self.assertEqual(attempt("<iq>{number}</iq>", "<iq>17</iq>"), {})
        with self.assertRaises(match.Mismatch):
            attempt("<iq>{none}</iq>", "<iq>17</iq>")

    def test_a_known_value_is_not_a_pattern(self):
        self.assertIsNone(template.match("{jid}", "axb", {"jid": "a.b"}))

    def test_sending_needs_every_variable(self):
        with self.assertRaises(template.UnboundVariable):
            template.fill("{nobody}", {})

    def test_printing_keeps_namespaces(self):
        self.assertEqual(stanza.show(stanza.read(ROOM)[0]), ROOM)


class Files(unittest.TestCase):
    def parse(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.scenario"
            path.write_text(text)
            return dialogue.parse(path)

    def test_steps_and_headers(self):
        scenario = self.parse("title: T\nmodule: b=2 a=1\nclient al resource=x\n# note\nal connects\nal sends\n  <iq/>\n")
        self.assertEqual(scenario.instance, (("a=1", "b=2"), ()))
        self.assertEqual([(step.verb, step.actor, step.block) for step in scenario.steps],
                         [("connect", "al", ""), ("send", "al", "<iq/>")])

    def test_errors_name_the_line(self):
        for text, line in [
            ("title: T\nclient al\nal jumps\n", "x.scenario:3"),
            ("title: T\nbob connects\n", "x.scenario:2"),
            ("title: T\nclient al\nal receives\n  <a>\n", "x.scenario:3"),
            ("title: T\nclient al\nal receives\n  <a/><b/>\n", "x.scenario:3"),
            ("title: T\nclient al\nal sends\nal connects\n", "x.scenario:3"),
            ("title: T\n  stray\n", "x.scenario:2"),
            ("client al\n", "no title"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(dialogue.FormatError, line):
                self.parse(text)


class ScramExchange(unittest.TestCase):
    def test_rfc_7677_example(self):
        exchange = scram.Scram("SCRAM-SHA-256", "user", "pencil")
        exchange.nonce = b"rOprNGfwEbeRWgbNEkqO"
        exchange.bare = b"n=user,r=" + exchange.nonce
        final = exchange.final(b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        self.assertTrue(final.endswith(b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
        exchange.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        with self.assertRaises(scram.ScramError):
            exchange.verify(b"v=AAAA")


if __name__ == "__main__":
    unittest.main()

"""Does a stanza match an expectation? See ../README.md, "Expectations"."""

from . import template
from .stanza import TEST, name_of

_EXACT = f"{{{TEST}}}exact"
_ABSENT = f"{{{TEST}}}absent"
_ORDERED = f"{{{TEST}}}ordered"


class Mismatch(Exception):
    """Says, for a person, what differs."""


def match(expected, actual, variables):
    """The variables with what the expectation captured. Raises Mismatch."""
    where = name_of(expected.tag)[1]
    if expected.tag != actual.tag:
        raise Mismatch(f"expected <{_named(expected.tag)}>, got <{_named(actual.tag)}>")
    variables = _match_attributes(where, expected, actual, variables)
    variables = _match_text(where, expected, actual, variables)
    return _match_children(where, expected, actual, variables)


def matches(expected, actual, variables):
    try:
        match(expected, actual, variables)
    except Mismatch:
        return False
    return True


def _named(tag):
    namespace, local = name_of(tag)
    return f"{local} xmlns='{namespace}'"


def _match_attributes(where, expected, actual, variables):
    wanted = {key: value for key, value in expected.attrib.items() if name_of(key)[0] != TEST}
    for key, value in wanted.items():
        local = name_of(key)[1]
        got = actual.get(key)
        if value == template.ABSENT:
            if got is not None:
                raise Mismatch(f"<{where}> has {local}='{got}', which must be absent")
            continue
        if got is None:
            raise Mismatch(f"<{where}> has no attribute {local} (expected '{value}')")
        matched = template.match(value, got, variables)
        if matched is None:
            raise Mismatch(f"<{where}> has {local}='{got}', expected '{_filled(value, variables)}'")
        variables = matched
    if expected.get(_EXACT):
        extra = [name_of(key)[1] for key in actual.attrib if key not in wanted]
        if extra:
            raise Mismatch(f"<{where}> has attributes beyond the expected: {', '.join(extra)}")
    return variables


def _match_text(where, expected, actual, variables):
    wanted = (expected.text or "").strip()
    got = (actual.text or "").strip()
    if wanted == template.ABSENT:
        if got:
            raise Mismatch(f"<{where}> holds the text '{got}', expected none")
        return variables
    if not wanted:
        return variables
    matched = template.match(wanted, got, variables)
    if matched is None:
        raise Mismatch(f"<{where}> holds '{got}', expected '{_filled(wanted, variables)}'")
    return matched


def _match_children(where, expected, actual, variables):
    wanted = [child for child in expected if not child.get(_ABSENT)]
    candidates = list(actual)
    for child in expected:
        if child.get(_ABSENT):
            if any(matches(child, other, variables) for other in candidates):
                raise Mismatch(f"<{where}> has a child <{_named(child.tag)}> that must be absent")
    variables = _assign(where, wanted, candidates, variables, bool(expected.get(_ORDERED)))
    if expected.get(_EXACT) and len(candidates) != len(wanted):
        raise Mismatch(f"<{where}> has {len(candidates)} children, expected exactly {len(wanted)}")
    return variables


def _assign(where, wanted, candidates, variables, ordered):
    """Finds a different candidate for each wanted child; in order where `ordered`."""
    if not wanted:
        return variables
    child, reason = wanted[0], None
    for index, candidate in enumerate(candidates):
        try:
            bound = match(child, candidate, variables)
            rest = candidates[index + 1 :] if ordered else candidates[:index] + candidates[index + 1 :]
            return _assign(where, wanted[1:], rest, bound, ordered)
        except Mismatch as mismatch:
            if candidate.tag == child.tag and reason is None:
                reason = mismatch
    if reason is not None:
        raise reason
    raise Mismatch(f"<{where}> has no child <{_named(child.tag)}>")


def _filled(text, variables):
    try:
        return template.fill(text, {**{name: f"{{{name}}}" for name in template.PATTERNS}, **variables})
    except template.UnboundVariable:
        return text

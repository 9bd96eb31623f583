"""Texts with {variables}: filled in before sending, matched and captured when receiving."""

import re

UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DATETIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"  # XEP-0082

# Match, and capture nothing.
PATTERNS = {
    "any": r".*",
    "some": r".+",
    "uuid": UUID4,
    "datetime": DATETIME,
    "number": r"\d+",
}
ABSENT = "{none}"

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")


class UnboundVariable(Exception):
    """A text to be sent names a variable that has no value."""


def fill(text, variables):
    """The text with every {name} replaced. Raises UnboundVariable."""

    def value(match):
        name = match.group(1)
        if name not in variables:
            raise UnboundVariable(f"{{{name}}} has no value here; known: {', '.join(sorted(variables))}")
        return variables[name]

    return _PLACEHOLDER.sub(value, text)


def match(template, actual, variables):
    """The variables, with those that the template captures added, or None where it does not match."""
    expression, captured, end = "", {}, 0
    for placeholder in _PLACEHOLDER.finditer(template):
        expression += re.escape(template[end : placeholder.start()])
        end = placeholder.end()
        name = placeholder.group(1)
        if name in PATTERNS:
            expression += f"(?:{PATTERNS[name]})"
        elif name in variables:
            expression += re.escape(variables[name])
        elif name in captured:
            expression += f"(?P={captured[name]})"
        else:
            captured[name] = f"v{len(captured)}"
            expression += f"(?P<{captured[name]}>.+)"
    expression += re.escape(template[end:])
    found = re.fullmatch(expression, actual, re.DOTALL)
    if not found:
        return None
    return {**variables, **{name: found.group(group) for name, group in captured.items()}}

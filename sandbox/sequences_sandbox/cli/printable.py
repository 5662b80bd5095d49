"""Text that others wrote, made safe for a terminal."""

import json


def printable(text: str) -> str:
    r"""One line of text with what does not print (control and direction characters) written as JSON does: `\u001b`.

    A name with an escape sequence in it could else colour, move or retitle the terminal, or hide what stands beside it.
    What was JSON still is, and means the same.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


def printable_lines(text: str) -> str:
    """The same of several lines."""
    return "\n".join(map(printable, text.split("\n")))

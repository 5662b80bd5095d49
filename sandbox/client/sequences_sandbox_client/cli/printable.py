"""Output: text that others wrote, made safe for a terminal, and any text for a terminal or pipe that is not UTF-8."""

import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .parser import UsageError

_NO_PLACE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


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


def write_all() -> None:
    """Lets standard output and error write what their encoding does not have as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def output_written() -> Iterator[None]:
    """Writes out what was printed. Raises BrokenPipeError, and UsageError where it has no place."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and error.errno not in _NO_PLACE:
            raise
        # The interpreter must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"the output cannot be written: {error.strerror}") from None


def write_utf8() -> None:
    """Lets standard output carry data: UTF-8 and Unix line ends, whatever the system's text is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def write_whole(target: Path, document: object) -> None:
    """Writes a file of JSON for its owner alone, whole or not at all: who waits for it never reads half. Raises OSError."""
    import tempfile  # noqa: PLC0415  # takes time to load, and most commands write nothing

    # A temporary file is its owner's alone (mode 0600), and stays so when it takes the place of another.
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as out:
        written = Path(out.name)
        try:
            json.dump(document, out, indent=2)
            out.flush()
            written.replace(target)
        except BaseException:
            written.unlink()  # it may hold keys
            raise


def as_json(value: object) -> str:
    """A value as JSON in lines, in ASCII where standard output is not UTF-8: an escape is JSON too."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    return printable_lines(json.dumps(value, ensure_ascii=not unicode, indent=2))

"""Journal entries as JSON, in which a character stands for a byte."""

import json
from typing import Any, Final

from ...traffic.journal import Entry, redacted

_BYTES: Final = ("raw_path", "raw_query", "request_body", "response_body")
_HEADERS: Final = ("request_headers", "response_headers")


def dump_entry(entry: Entry) -> str:
    """The JSON of an entry. A key that stood where none belongs does not reach the disk."""
    values = entry._asdict()
    for name in _BYTES:
        values[name] = _text(values[name])
    for name in _HEADERS:
        values[name] = [[_text(part) for part in pair] for pair in values[name]]
    return json.dumps(values, separators=(",", ":"))


def load_entry(document: dict[str, Any]) -> Entry:
    values = dict(document)
    for name in _BYTES:
        values[name] = values[name].encode("latin-1")
    for name in _HEADERS:
        values[name] = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in values[name]]
    return Entry(**values)


def _text(value: bytes) -> str:
    return redacted(value.decode("latin-1"))

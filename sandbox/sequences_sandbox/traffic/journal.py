"""The journal's entries: what was sent and answered, what is kept of it, and which of it a question means.

Keys are never kept: neither the headers that carry them, nor a key that stands where none belongs.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

MOST_BODY_BYTES: Final = 64 * 1024
SECRET_HEADERS: Final = (b"authorization", b"proxy-authorization", b"cookie")

_KEY: Final = re.compile(r"topo_[A-Za-z0-9_-]+")
_KEY_SHOWN: Final = "topo_***"
_OVERHEAD: Final = 1000
_OVERHEAD_OF_HEADER: Final = 200
"""What a header takes beside its bytes: two objects, and a place in a table."""


class Entry(NamedTuple):
    """One request and its answer. `at` is an instant of the world; `status` is 0 where no answer was sent.

    Bodies are kept up to `MOST_BODY_BYTES`; the sizes beside them are the full ones. Headers are as they came, without
    `SECRET_HEADERS`; the texts of an entry are to be shown through its properties, which blot out keys.
    """

    request_id: str
    at: int
    method: str
    raw_path: bytes
    raw_query: bytes
    operation: str | None
    key_name: str | None
    status: int
    seconds: float
    fault: str | None
    request_headers: Mapping[bytes, bytes]
    request_body: bytes
    request_size: int
    response_headers: Sequence[tuple[bytes, bytes]]
    response_body: bytes
    response_size: int

    @property
    def path(self) -> str:
        """The path as it was sent."""
        return _address(self.raw_path)

    @property
    def query(self) -> str:
        """The query as it was sent, without its question mark."""
        return _address(self.raw_query)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded."""
        return [(name, redacted(value)) for name, value in parse_qsl(self.query, keep_blank_values=True)]

    @property
    def milliseconds(self) -> float:
        """How long the answer took, to the microsecond."""
        return round(self.seconds * 1000, 3)

    def request_fields(self) -> dict[str, str]:
        """The request's headers as text."""
        return _texts(self.request_headers.items())

    def response_fields(self) -> dict[str, str]:
        """The answer's headers as text."""
        return _texts(self.response_headers)

    @property
    def weight(self) -> int:
        """About how many bytes of memory the entry takes."""
        headers = self.request_headers
        head = sum(map(len, headers)) + sum(map(len, headers.values())) + len(headers) * _OVERHEAD_OF_HEADER
        texts = len(self.raw_path) + len(self.raw_query) + len(self.request_body) + len(self.response_body)
        return _OVERHEAD + head + texts


def text_of(body: bytes) -> str | None:
    """A body as text, None for an empty one. What is not UTF-8 is shown as such."""
    return redacted(body.decode("utf-8", "backslashreplace")) if body else None


def redacted(text: str) -> str:
    """A text with whatever looks like a key blotted out."""
    return _KEY.sub(_KEY_SHOWN, text) if "topo_" in text else text


def _address(raw: bytes) -> str:
    """A path or a query as it was sent; decoded where a key stands in it, which could be hidden in percent-encoding."""
    text = raw.decode("utf-8", "replace")
    if "%" in text and "topo_" in (decoded := unquote(text)):
        return redacted(decoded)
    return redacted(text)


def _texts(headers: Any) -> dict[str, str]:
    texts: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), redacted(raw_value.decode("latin-1"))
        texts[name] = f"{texts[name]}, {value}" if name in texts else value
    return texts


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant; every part that is given has to fit. `since` is an instant."""

    operation: str | None = None
    status: int | None = None
    key_name: str | None = None
    since: int | None = None
    query_subset: Mapping[str, str] | None = None
    body_subset: Mapping[str, Any] | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        return next(self.differs(entry), None) is None

    def differs(self, entry: Entry) -> Iterator[str]:
        """What of an entry is other than meant, a sentence for each part, made as they are asked for; none when it fits."""
        for name, wanted, found in (
            ("operation", self.operation, entry.operation),
            ("status", self.status, entry.status),
            ("key_name", self.key_name, entry.key_name),
        ):
            if wanted not in (None, found):
                yield f"{name} is {_shown(found)}, not {_shown(wanted)}"
        if self.since is not None and entry.at < self.since:
            yield "it came before 'since'"
        if self.query_subset:
            yield from _query_differs(self.query_subset, entry)
        if self.body_subset is not None:
            yield from _body_differs(self.body_subset, entry)


def _query_differs(subset: Mapping[str, str], entry: Entry) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for name, value in entry.parameters:
        found.setdefault(name, []).append(value)
    for name, value in subset.items():
        if name not in found:
            yield f"query has no {_shown(name)}"
        elif value not in found[name]:
            yield f"query.{name} is {_shown(found[name][0])}, not {_shown(value)}"


def _body_differs(subset: Mapping[str, Any], entry: Entry) -> Iterator[str]:
    if not entry.request_body:
        yield "no body was read"
        return
    if len(entry.request_body) < entry.request_size:
        yield f"only {len(entry.request_body)} bytes of its body are kept, too few to look into it"
        return
    try:
        body = json.loads(entry.request_body)
    except (ValueError, RecursionError):
        yield "its body is not JSON"
    else:
        yield from _value_differs("body", subset, body)


def _value_differs(place: str, wanted: Any, found: Any) -> Iterator[str]:
    """What of a JSON value is other than wanted: objects may hold more, lists have to be of one length."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            if name not in found:
                yield f"{place} has no {_shown(name)}"
            else:
                yield from _value_differs(f"{place}.{name}", value, found[name])
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{place} has {len(found)} items, not {len(wanted)}"
            return
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _value_differs(f"{place}.{number}", one, other)
    elif isinstance(wanted, bool) is not isinstance(found, bool) or wanted != found:
        yield f"{place} is {_shown(found)}, not {_shown(wanted)}"


def _shown(value: Any) -> str:
    text = redacted(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 100 else f"{text[:100]}..."

"""The journal's entries: what was sent and answered, what is kept of it, and which of it a question means.

Keys are never kept: neither the headers that carry them, nor a key that stands where none belongs.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

MOST_BODY_BYTES: Final = 64 * 1024
SECRET_HEADERS: Final = (b"authorization", b"proxy-authorization", b"cookie")

_KEY: Final = re.compile(r"topo_[A-Za-z0-9_-]+")
_KEY_SHOWN: Final = "topo_***"
_OVERHEAD: Final = 1000


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
        return blotted(self.raw_path.decode("utf-8", "replace"))

    @property
    def query(self) -> str:
        """The query as it was sent, without its question mark."""
        return blotted(self.raw_query.decode("utf-8", "replace"))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded."""
        return [(name, blotted(value)) for name, value in parse_qsl(self.query, keep_blank_values=True)]

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
        headers = sum(map(len, self.request_headers.values())) + len(self.raw_path) + len(self.raw_query)
        return _OVERHEAD + headers + len(self.request_body) + len(self.response_body)


def text_of(body: bytes) -> str | None:
    """A body as text, None for an empty one. What is not UTF-8 is shown as such."""
    return blotted(body.decode("utf-8", "backslashreplace")) if body else None


def blotted(text: str) -> str:
    """A text with whatever looks like a key blotted out."""
    return _KEY.sub(_KEY_SHOWN, text) if "topo_" in text else text


def _texts(headers: Any) -> dict[str, str]:
    texts: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), blotted(raw_value.decode("latin-1"))
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
        return (
            self.operation in (None, entry.operation)
            and self.status in (None, entry.status)
            and self.key_name in (None, entry.key_name)
            and (self.since is None or entry.at >= self.since)
            and not (self.query_subset and _query_differs(self.query_subset, entry))
            and not (self.body_subset is not None and _body_differs(self.body_subset, entry))
        )

    def differs(self, entry: Entry) -> list[str]:
        """What of an entry is other than meant, a sentence for each part; none when it fits."""
        said = [
            f"{name} is {_shown(found)}, not {_shown(wanted)}"
            for name, wanted, found in (
                ("operation", self.operation, entry.operation),
                ("status", self.status, entry.status),
                ("key_name", self.key_name, entry.key_name),
            )
            if wanted not in (None, found)
        ]
        if self.since is not None and entry.at < self.since:
            said.append("it came before 'since'")
        if self.query_subset:
            said += _query_differs(self.query_subset, entry)
        if self.body_subset is not None:
            said += _body_differs(self.body_subset, entry)
        return said


def _query_differs(subset: Mapping[str, str], entry: Entry) -> list[str]:
    found: dict[str, list[str]] = {}
    for name, value in entry.parameters:
        found.setdefault(name, []).append(value)
    said = []
    for name, value in subset.items():
        if name not in found:
            said.append(f"query has no {_shown(name)}")
        elif value not in found[name]:
            said.append(f"query.{name} is {_shown(found[name][0])}, not {_shown(value)}")
    return said


def _body_differs(subset: Mapping[str, Any], entry: Entry) -> list[str]:
    if not entry.request_body:
        return ["no body was read"]
    if len(entry.request_body) < entry.request_size:
        return [f"only {len(entry.request_body)} bytes of its body are kept, too few to look into it"]
    try:
        body = json.loads(entry.request_body)
    except (ValueError, RecursionError):
        return ["its body is not JSON"]
    return _value_differs("body", subset, body)


def _value_differs(place: str, wanted: Any, found: Any) -> list[str]:
    """What of a JSON value is other than wanted: objects may hold more, lists have to be of one length."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        said = []
        for name, value in wanted.items():
            if name not in found:
                said.append(f"{place} has no {_shown(name)}")
            else:
                said += _value_differs(f"{place}.{name}", value, found[name])
        return said
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return [f"{place} has {len(found)} items, not {len(wanted)}"]
        pairs = enumerate(zip(wanted, found, strict=True))
        return [word for number, (one, other) in pairs for word in _value_differs(f"{place}.{number}", one, other)]
    if isinstance(wanted, bool) is isinstance(found, bool) and wanted == found:
        return []
    return [f"{place} is {_shown(found)}, not {_shown(wanted)}"]


def _shown(value: Any) -> str:
    text = blotted(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 100 else f"{text[:100]}..."

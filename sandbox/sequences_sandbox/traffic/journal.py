"""The journal's entries: requests and responses, and what is kept and shown of them.

Keys are never kept: neither the headers that carry them, nor a key that stands where none belongs.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from ..domain.timestamps import format_timestamp

MOST_BODY_BYTES: Final = 64 * 1024
HARMLESS_HEADERS: Final = frozenset(
    {
        b"accept", b"accept-charset", b"accept-encoding", b"accept-language", b"cache-control", b"connection",
        b"content-encoding", b"content-length", b"content-type", b"expect", b"host", b"idempotency-key",
        b"transfer-encoding", b"user-agent", b"x-request-id", b"x-sandbox-fault",
    }
)  # fmt: skip
"""The headers of requests that are kept wherever nobody asks for more. Any other may carry a secret under any name."""
SECRET_HEADERS: Final = (b"authorization", b"proxy-authorization", b"cookie")

_KEY: Final = re.compile(r"topo_[A-Za-z0-9_-]+")
_ENCODED: Final = re.compile(r"[A-Za-z0-9_%-]+")
_REDACTED: Final = "topo_***"
_MOST_ROUNDS: Final = 8
_OVERHEAD: Final = 1000
_MOST_AGENT: Final = 200
_MOST_PARAMETERS: Final = 100
_OVERHEAD_OF_HEADER: Final = 200
"""What a header takes beside its bytes: two objects, and a place in a table."""


class Entry(NamedTuple):
    """One request and its response. `at` is by the world's clock; `status` is 0 where no response was sent.

    Several keys may have one `key_name`; `key_id` is the key's own. Bodies are kept up to `MOST_BODY_BYTES`; the sizes
    beside them are the full ones. Headers are as they came, those of them that are kept; the texts of an entry are to be
    shown through its properties, which redact keys.
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
    request_headers: Sequence[tuple[bytes, bytes]]
    request_body: bytes
    request_size: int
    response_headers: Sequence[tuple[bytes, bytes]]
    response_body: bytes
    response_size: int
    key_id: str | None = None

    @property
    def path(self) -> str:
        """The path as it was sent."""
        return redacted(self.raw_path.decode("utf-8", "replace"))

    @property
    def query(self) -> str:
        """The query as it was sent, without its question mark."""
        return redacted(self.raw_query.decode("utf-8", "replace"))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The first parameters of the query, decoded."""
        query = "&".join(self.query.split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS])
        return [(name, redacted(value)) for name, value in parse_qsl(query, keep_blank_values=True)]

    @property
    def user_agent(self) -> str | None:
        """The beginning of the header User-Agent, by which programs tell their names; None where it is not kept."""
        for name, value in self.request_headers:
            if name == b"user-agent":
                return redacted(value[:_MOST_AGENT].decode("latin-1"))
        return None

    @property
    def milliseconds(self) -> float:
        """How long the response took, to the microsecond."""
        return round(self.seconds * 1000, 3)

    @property
    def weight(self) -> int:
        """About how many bytes of memory the entry takes."""
        headers = self.request_headers
        head = sum(len(name) + len(value) for name, value in headers) + len(headers) * _OVERHEAD_OF_HEADER
        texts = len(self.raw_path) + len(self.raw_query) + len(self.request_body) + len(self.response_body)
        return _OVERHEAD + head + texts

    def summary(self) -> dict[str, Any]:
        """What is shown of an entry wherever it is shown."""
        return {
            "request_id": self.request_id,
            "at": format_timestamp(self.at),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "operation": self.operation,
            "key_name": self.key_name,
            "key_id": self.key_id,
            "status": self.status,
            "milliseconds": self.milliseconds,
            "fault": self.fault,
            "user_agent": self.user_agent,
        }


def text_of(body: bytes) -> str | None:
    """A body as text, None for an empty one. Bytes that are not UTF-8 are shown escaped."""
    return redacted(body.decode("utf-8", "backslashreplace")) if body else None


def redacted(text: str) -> str:
    """A text with whatever looks like a key replaced, also what percent-encoding hides, with all that it is joined to."""
    if "%" in text:
        text = _ENCODED.sub(_without_hidden, text)
    return _KEY.sub(_REDACTED, text) if "topo_" in text else text


def fully_decoded(text: str) -> str:
    """A text without percent-encoding, also where that was encoded again, a few times."""
    for _ in range(_MOST_ROUNDS):
        if "%" not in text or (decoded := unquote(text)) == text:
            break
        text = decoded
    return text


def _without_hidden(found: re.Match[str]) -> str:
    return _REDACTED if "%" in found[0] and _KEY.search(fully_decoded(found[0])) else found[0]


def header_pairs(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Headers as text, in the order in which they were sent."""
    return [(name.decode("latin-1"), redacted(value.decode("latin-1"))) for name, value in headers]


def header_values(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    """The values of each header, in the order in which they were sent; names in lower case, as the server reads them."""
    values: dict[str, list[str]] = {}
    for name, value in header_pairs(headers):
        values.setdefault(name.lower(), []).append(value)
    return values

"""What the head of a request must be before anything is done with it: its version, its framing, its Host, its target.

The parser has split the head into names and values and rejected what is malformed. What is left here is what two readers
of the same bytes could take differently, such as a proxy in front and this server.
"""

from collections.abc import Sequence
from typing import Final

from ..domain.errors import ValidationIssue

MOST_HEAD_BYTES: Final = 64 * 1024

_VERSIONS: Final = ("1.1", "1.0")


class UrlTooLongIssue(ValidationIssue):
    """The URL alone makes the head too large."""

    status_code = 414


class HeadTooLargeIssue(ValidationIssue):
    """The URL and the headers together are too large."""

    status_code = 431


def check_head(version: str, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Raises ValidationIssue for a head that is ambiguous, or of a version that is not spoken here."""
    if version not in _VERSIONS:
        raise ValidationIssue(
            f"This server speaks HTTP/1.1, not HTTP/{version}.", problem="unknown version", value=version
        )
    names = [name for name, _ in headers]
    if b"transfer-encoding" in names:
        values = [value for name, value in headers if name == b"transfer-encoding"]
        if len(values) > 1 or version == "1.0" or values[0].strip(b" \t").lower() != b"chunked":
            raise ValidationIssue(
                "Send a body with 'Content-Length', or in HTTP/1.1 with one header 'Transfer-Encoding: chunked'.",
                field="Transfer-Encoding",
                problem="not allowed",
                value=values[-1].decode("latin-1")[:100],
            )
    hosts = names.count(b"host")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        problem = "repeated" if hosts else "missing"
        raise ValidationIssue("Send the header 'Host' exactly once.", field="Host", problem=problem)


def too_large(url: bytes) -> ValidationIssue:
    """The error for a head over the bound, of which the URL that was read so far is given."""
    bound = f"{MOST_HEAD_BYTES} bytes, the most that is read"
    allowed = {"maximum_bytes": MOST_HEAD_BYTES}
    if len(url) > MOST_HEAD_BYTES // 2:
        return UrlTooLongIssue(
            f"The URL makes the request's head larger than {bound}.", problem="too large", allowed=allowed
        )
    return HeadTooLargeIssue(f"The URL and the headers are larger than {bound}.", problem="too large", allowed=allowed)


def origin_form(target: bytes) -> bytes:
    """A request target as a path and a query; one in absolute form, such as `http://host/v1/me`, loses its host.

    Raises ValidationIssue for a target that has no path, such as `*`.
    """
    if target.startswith(b"/"):
        return target
    _, separator, rest = target.partition(b"://")
    if not separator:
        raise ValidationIssue(
            "The request's target is not a path; send one such as '/v1/sequences'.",
            problem="not a path",
            value=target.decode("latin-1")[:100],
        )
    starts = [position for position in (rest.find(b"/"), rest.find(b"?")) if position >= 0]
    origin = rest[min(starts) :] if starts else b""
    return origin if origin.startswith(b"/") else b"/" + origin


def without_offer(method: bytes, url: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The head again, as the parser read it, without its offer of another protocol."""
    kept = b"".join([b"%b: %b\r\n" % pair for pair in headers if pair[0] != b"upgrade"])
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, url, version.encode(), kept)

"""One entry of a recording: of a HAR, whoever wrote it, or of the sandbox's journal."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

import httpx

from ..contract import timestamps
from .exchange import Exchange
from .redaction import USER_INFO, Redactor

#: The most of a body that is looked at, in bytes.
MOST_BODY = 16 * 1024 * 1024
_ID = re.compile(r"req_([0-7][0-9a-hjkmnp-tv-z]{9})[0-9a-hjkmnp-tv-z]{16}", re.IGNORECASE | re.ASCII)
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
#: Where the time of an entry and that of its request id are further apart, in seconds, the first is that of a world.
_A_WORLDS_CLOCK = 3600
#: Injected faults after which the client did not get the response that is recorded.
_LOST = re.compile(r"(close|body)[=:]")


def har_entry(entry: Mapping[str, Any], place: str, redactor: Redactor, sandbox: bool = False) -> Exchange:
    """An entry of a HAR. Raises KeyError, TypeError, AttributeError or ValueError where it is none."""
    request, response = entry["request"], entry["response"]
    sent, got = _pairs(request.get("headers")), httpx.Headers(_pairs(response.get("headers")))
    content = response.get("content") or {}
    status = int(response.get("status") or 0)
    cached = status == 304 or entry.get("_fromCache") or entry.get("_fetchedViaServiceWorker")
    lost = _LOST.search(f"{entry.get('comment', '')} {got.get('x-sandbox-fault', '')}")
    if "content-type" not in got and content.get("mimeType"):
        got["content-type"] = content["mimeType"]
    began, milliseconds = _seconds(entry.get("startedDateTime")), entry.get("time", -1)
    timeline, received = None, _time_of_id(got.get("x-request-id", ""))
    if sandbox or (received is not None and began is not None and abs(received - began) > _A_WORLDS_CLOCK):
        timeline, began = began, received
    return Exchange(
        place, request["method"].upper(), USER_INFO.sub("", request["url"].partition("#")[0]), _client(sent, redactor),
        0 if cached else status, got, None if lost else _body(content, got), _posted(request.get("postData")), began,
        None if began is None or not milliseconds or milliseconds < 0 else began + milliseconds / 1000, timeline,
    )  # fmt: skip


def journal_entry(entry: Mapping[str, Any], place: str) -> Exchange:
    """An entry of the sandbox's journal. Raises KeyError, TypeError, AttributeError or ValueError where it is none."""
    request, response = entry["request"], entry["response"]
    headers = httpx.Headers(_pairs(response.get("headers")))
    text, size = response.get("body") or "", _size(response.get("body_size"))
    body = None if _LOST.search(entry.get("fault") or "") else _whole(text.encode("utf-8", "replace"), size)
    url = entry["path"] + (f"?{entry['query']}" if entry.get("query") else "")
    began, sent = _time_of_id(entry.get("request_id", "")), request.get("body")
    return Exchange(
        place, entry["method"], url, entry.get("key_id") or entry.get("key_name") or "", int(entry["status"]), headers,
        body, sent.encode() if sent else None, began,
        None if began is None else began + entry.get("milliseconds", 0) / 1000, _seconds(entry.get("at")),
    )  # fmt: skip


def _pairs(headers: Any) -> list[tuple[str, str]]:
    """Headers as pairs, from the list of a HAR or the object of a journal, without the pseudo headers of HTTP/2."""
    if isinstance(headers, Mapping):
        found = [(n, one) for n, value in headers.items() for one in (value if isinstance(value, list) else [value])]
    else:
        found = [(one["name"], one["value"]) for one in headers or ()]
    pairs = [(str(name), str(value).encode("utf-8", "replace").decode("latin-1")) for name, value in found]
    return [(name, value) for name, value in pairs if not name.startswith(":")]


def _client(headers: list[tuple[str, str]], redactor: Redactor) -> str:
    return next((redactor.client(value) for name, value in headers if name.lower() == "authorization"), "")


def _body(content: Mapping[str, Any], headers: httpx.Headers) -> bytes | None:
    """The body without its encodings; None where the recording does not have the whole of it."""
    text = content.get("text")
    if text is None:
        return None
    raw = text.encode("utf-8", "replace")
    try:
        if content.get("encoding") == "base64":
            raw = base64.b64decode(raw, validate=True)
        if raw[:2] == b"\x1f\x8b":
            return unpacked(raw, "gzip")
    except binascii.Error:
        return None
    encoding = headers.get("content-encoding", "identity")
    size = _size(content.get("size"))
    if size < 0 and encoding == "identity" and headers.get("content-length", "").isdigit():
        size = int(headers["content-length"])
    return None if encoding in ("br", "zstd") and not _is_json(raw) else _whole(raw, size)


def unpacked(raw: bytes, encoding: str) -> bytes | None:
    """A body without its Content-Encoding; None where it cannot be unpacked, or is too large."""
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return None
    try:
        unpacker = zlib.decompressobj(47)
        found = unpacker.decompress(raw, MOST_BODY)
    except zlib.error:
        return None
    return found if unpacker.eof else None


def _whole(raw: bytes, size: int) -> bytes | None:
    """A body that was recorded to its end. One that cannot be read may have been cut, unless its size says otherwise."""
    if len(raw) > MOST_BODY:
        return None
    doubtful = size > len(raw) or (size < 0 and raw[:1] in (b"{", b"["))
    return None if doubtful and not _is_json(raw) else raw


def _size(size: Any) -> int:
    """The size that is recorded; -1 where there is none."""
    return size if isinstance(size, int) else -1


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def _posted(data: Any) -> bytes | None:
    if not isinstance(data, Mapping) or not data.get("text"):
        return None
    raw: bytes = data["text"].encode("utf-8", "replace")
    return base64.b64decode(raw) if data.get("encoding") == "base64" else raw


def _seconds(text: Any) -> float | None:
    try:
        return float(timestamps.parse(text))
    except (TypeError, ValueError):
        return None


def _time_of_id(request_id: str) -> float | None:
    """When a request came, by the ULID in its id. The sandbox's entries give the time of a world, which may jump."""
    found = _ID.fullmatch(request_id)
    if found is None:
        return None
    milliseconds = 0
    for digit in found[1].lower():
        milliseconds = 32 * milliseconds + _DIGITS.index(digit)
    return milliseconds / 1000

"""The journal as an HTTP Archive 1.2, which the developer tools of browsers open."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from ..domain.timestamps import format_timestamp
from .journal import Entry, header_pairs, header_values, text_of

_VERSION: Final = "HTTP/1.1"
_NO_HOST: Final = "sandbox.invalid"
_JSON: Final = "application/json"


def archive(entries: Iterable[Entry], creator: str, version: str) -> dict[str, Any]:
    """The archive of entries, in their order. What is not known, such as the size of headers, is -1 as HAR has it."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": creator, "version": version},
            "entries": [_entry(entry) for entry in entries],
        }
    }


def _entry(entry: Entry) -> dict[str, Any]:
    har: dict[str, Any] = {
        "startedDateTime": format_timestamp(entry.at),
        "time": entry.milliseconds,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": entry.milliseconds, "receive": 0},
    }
    if entry.fault is not None:
        har["comment"] = f"fault: {entry.fault}"
    return har


def _request(entry: Entry) -> dict[str, Any]:
    headers = header_values(entry.request_headers)
    host = headers.get("host", [_NO_HOST])[0]
    request: dict[str, Any] = {
        "method": entry.method,
        "url": f"http://{host}{entry.path}{'?' if entry.query else ''}{entry.query}",
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(entry.request_headers),
        "queryString": [{"name": name, "value": value} for name, value in entry.parameters],
        "headersSize": -1,
        "bodySize": entry.request_size,
    }
    if entry.request_body:
        request["postData"] = {"mimeType": headers.get("content-type", [""])[0], "text": text_of(entry.request_body)}
    return request


def _response(entry: Entry) -> dict[str, Any]:
    headers = header_values(entry.response_headers)
    try:
        phrase = HTTPStatus(entry.status).phrase
    except ValueError:
        phrase = ""
    return {
        "status": entry.status,
        "statusText": phrase,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _pairs(entry.response_headers),
        "content": {
            "size": entry.response_size,
            "mimeType": headers.get("content-type", [_JSON])[0],
            "text": text_of(entry.response_body) or "",
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": entry.response_size,
    }


def _pairs(headers: Iterable[tuple[bytes, bytes]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in header_pairs(headers)]

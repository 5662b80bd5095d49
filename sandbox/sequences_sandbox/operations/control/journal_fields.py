"""Journal entries and questions to the journal, as the control API takes and shows them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ...domain.timestamps import parse_timestamp
from ...traffic.journal import SECRET_HEADERS, Entry, header_values, text_of
from ...traffic.journal_match import JournalMatch, StatusFilter
from ...validation import field_issue
from .known_names import KnownNames

_STATUS: Final = re.compile(r"([1-5])xx|0|[1-5]\d\d", re.IGNORECASE | re.ASCII)


def read_journal_match(names: KnownNames, place: str, wanted: Mapping[str, Any]) -> JournalMatch:
    """The match of a question; `place` is what precedes the names of its fields. Raises ValidationIssue."""
    values = dict(wanted)
    for name in ("sequence_id", "key_id"):
        if name in wanted:
            values[name] = wanted[name].lower()
    names.require(place, *map(values.get, ("operation", "method", "key_name", "key_id")))
    names.require_path(f"{place}path", wanted.get("path"))
    if "status" in wanted:
        values["status"] = _read_status(f"{place}status", str(wanted["status"]))
    if "since" in wanted:
        values["since"] = parse_timestamp(wanted["since"], round_up=True)
    if "header_subset" in wanted:
        values["header_subset"] = _read_headers(names, f"{place}header_subset", wanted["header_subset"])
    return JournalMatch(**values)


def show_entry(entry: Entry, *, bodies: bool) -> dict[str, Any]:
    """An entry, with bodies or only their sizes."""
    request = _message(entry.request_headers, entry.request_size)
    response = _message(entry.response_headers, entry.response_size)
    if bodies:
        request["body"], response["body"] = text_of(entry.request_body), text_of(entry.response_body)
    return {**entry.summary(), "request": request, "response": response}


def _message(headers: Any, size: int) -> dict[str, Any]:
    values = header_values(headers)
    shown = {name: found[0] if len(found) == 1 else found for name, found in values.items()}
    return {"headers": shown, "body_size": size}


def _read_status(field: str, text: str) -> StatusFilter:
    match = _STATUS.fullmatch(text)
    if match is None:
        expected = f"is '{text}'; give a status such as 404, a class such as 4xx, or 0 for no response"
        raise field_issue(field, "not allowed", expected, text)
    low = int(match[1]) * 100 if match[1] else int(text)
    return StatusFilter(low, low + 99 if match[1] else low, text.lower())


def _read_headers(names: KnownNames, field: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """The names in lower case, in which the server reads them."""
    headers = {name.lower(): value for name, value in wanted.items()}
    secret = next((name.decode() for name in SECRET_HEADERS if name.decode() in headers), None)
    if secret is not None:
        expected = f"names '{secret}', which the journal never keeps; match 'key_name' instead"
        raise field_issue(field, "not allowed", expected, secret)
    for name in headers:
        names.require_header(field, name)
    return headers

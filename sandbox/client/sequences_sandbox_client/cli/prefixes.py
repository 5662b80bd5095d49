"""Ids that are given by the first characters of one."""

import re
from collections.abc import Iterator
from typing import Any, Final

from ..calls import Call
from ..transport import ControlClient
from .parser import CommandError, UsageError

_WHOLE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|req_\w{26}", re.IGNORECASE)
_MOST_PAGES: Final = 50
_UNKNOWN: Final = 4
_MOST_SHOWN: Final = 5
_OF_A_WORLD: Final = {
    "organizations": ("/world", ("organizations",)),
    "keys": ("/world", ("organizations", "api_keys")),
    "contact lists": ("/world/export", ("organizations", "contact_lists")),  # nothing else names them all
}
"""Where the ids stand that are in no list of their own."""
_PUBLIC: Final = ("sequences", "contacts", "sequence-templates")


def whole_id(send: ControlClient, key: str, kind: str, given: str) -> str:
    """The id of that kind that begins so. Raises CommandError where none does, or several do."""
    if _WHOLE.fullmatch(given) or not given:
        return given
    found = [one for one in _ids(send, key, kind) if one.lower().startswith(given.lower())]
    if len(found) > 1:
        shown = ", ".join(found[:_MOST_SHOWN]) + (", ..." if len(found) > _MOST_SHOWN else "")
        raise UsageError(f"{given!r} is the beginning of {len(found)} ids of {kind}: {shown}; give more of it")
    if not found:
        raise CommandError(f"no id of {kind} begins with {given!r}", _UNKNOWN)
    return found[0]


def _ids(send: ControlClient, key: str, kind: str) -> Iterator[str]:
    if kind in _OF_A_WORLD:
        path, lists = _OF_A_WORLD[kind]
        held: list[Any] = [send(Call[Any]("GET", path))]
        for name in lists:
            held = [one for each in held for one in each[name]]
        yield from (one["id"] for one in held)
        return
    for page in range(1, _MOST_PAGES + 1):
        query = {} if kind == "faults" else {"page": page, "size": 100}
        listed: dict[str, Any] = send(Call("GET", f"/{kind}", query=query, key=key if kind in _PUBLIC else None))
        yield from (item["request_id" if kind == "journal" else "id"] for item in listed["items"])
        if not listed.get("has_more"):
            return
    raise UsageError(f"there are too many {kind} to look for an id by its beginning; give the whole id")

"""Events of a running sandbox, printed as they come."""

import json
from collections.abc import Iterator
from typing import NoReturn

import httpx

from ..errors import SandboxNotStarted
from ..transport import error_of, unreachable
from .format import event_line
from .printable import printable


def follow(http: httpx.Client, key: str, kind: str, *, as_json: bool) -> NoReturn:
    """Prints events until interrupted: of one kind, or all where it is empty. Raises SandboxError."""
    patient = httpx.Timeout(http.timeout.connect, read=None)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with http.stream("GET", "/_sandbox/events", headers=headers, timeout=patient) as response:
            if not response.is_success:
                response.read()
                raise error_of(response)
            for of, data in _events(response.iter_lines()):
                if kind in ("", of):
                    print(_json(of, data) if as_json else event_line(of, json.loads(data)), flush=True)
    except httpx.RequestError as error:
        raise unreachable(http.base_url, error) from None
    raise SandboxNotStarted(f"The sandbox at {http.base_url} ended the stream.")


def _json(kind: str, data: str) -> str:
    return printable(json.dumps({"type": kind, "data": json.loads(data)}, ensure_ascii=False))


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, value

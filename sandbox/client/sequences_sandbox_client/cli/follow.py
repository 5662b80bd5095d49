"""Events of a running sandbox, printed as they come."""

import json
import time
from collections.abc import Iterator
from typing import NoReturn

import httpx

from ..errors import SandboxNotStarted
from ..transport import error_of, reached
from .format import event_line
from .printable import printable


def follow(http: httpx.Client, key: str, kind: str, *, as_json: bool) -> NoReturn:
    """Prints events until interrupted: of one kind, or all where it is empty. Raises SandboxError.

    A stream that ends with a hint when to come again goes on.
    """
    patient = httpx.Timeout(http.timeout.connect, read=None)
    headers = {"Authorization": f"Bearer {key}"}
    with reached(http):
        while True:
            with http.stream("GET", "/_sandbox/events", headers=headers, timeout=patient) as response:
                if not response.is_success:
                    response.read()
                    raise error_of(response)
                fields = dict.fromkeys(("event", "retry"), "")
                for name, value in _fields(response.iter_lines()):
                    fields[name] = value
                    if name == "id":
                        headers["Last-Event-ID"] = value
                    elif name == "data" and kind in ("", fields["event"]):
                        print(_shown(fields["event"], value, as_json=as_json), flush=True)
            if not fields["retry"].isdigit():
                break
            time.sleep(int(fields["retry"]) / 1000)
    raise SandboxNotStarted(f"The sandbox at {http.base_url} ended the stream.")


def _shown(kind: str, data: str, *, as_json: bool) -> str:
    if as_json:
        return printable(json.dumps({"type": kind, "data": json.loads(data)}, ensure_ascii=False))
    return event_line(kind, json.loads(data))


def _fields(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(": ")
        yield name, value

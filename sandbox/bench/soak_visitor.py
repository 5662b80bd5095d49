"""Visitors of a hosted sandbox, who work through the console's story as people do: each from an address, with pauses."""

import http.client
import json
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Final

from soak_client import Client, Findings

_PAUSE_SECONDS: Final = (0.5, 2.0)


class _GivenUpError(Exception):
    """A story that cannot go on, since a response was not what it must be."""


class Visitor(Client):
    """Somebody who works through the story once, in a new world."""

    def __init__(self, base: str, address: str) -> None:
        super().__init__(base, "", int(address.rpartition(".")[2]), [address], [], source=address)
        self._key = {}

    def story(self) -> Findings:
        """Makes a world, pauses a run, jumps to next Monday, sees the run wake, reads the journal, resets."""
        try:
            self._work_through()
        except _GivenUpError:
            pass
        finally:
            self._connection.close()
        return self.found

    def _work_through(self) -> None:
        world = self._do("POST", "/_sandbox/worlds", {}, 201)
        self._key = {"Authorization": f"Bearer {world['organizations'][0]['api_keys'][0]['token']}"}
        with closing(self._opened("/_sandbox/events")) as events:
            run = self._do("GET", "/v1/sequences?status=ACTIVE&size=1")["items"][0]["id"]
            monday = _next_monday(world["clock"]["now"])
            self._do("POST", f"/v1/sequences/{run}/pause", {"paused_until": monday})
            began = time.perf_counter()
            self._do("POST", "/_sandbox/clock/advance", {"to": monday})
            self._see_wake(events, run, began)
        self.expect("what woke", "wake", self._do("GET", f"/_sandbox/sequences/{run}/history")["items"][-1]["event"])
        self._find_pause(self._do("GET", "/_sandbox/journal?size=100")["items"], run)
        self._do("POST", "/_sandbox/world/reset", {})
        self.expect("after the reset", "ACTIVE", self._do("GET", f"/v1/sequences/{run}")["status"])

    def _do(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """A response that must be of this status, after a while of thought."""
        time.sleep(self._draw.uniform(*_PAUSE_SECONDS))
        answer = self.ask(method, path, body)
        if answer.status != status:
            self.violate(f"{method} {path}: {answer.status} {answer.body}")
            raise _GivenUpError
        return answer.body

    def _opened(self, path: str) -> http.client.HTTPResponse:
        """A stream, on a connection of its own that ends with it."""
        connection = self.connect()
        connection.request("GET", path, headers={**self._key, "Connection": "close"})
        stream = connection.getresponse()
        if stream.status != 200:
            self.violate(f"GET {path}: {stream.status} {stream.read()[:300]!r}")
            raise _GivenUpError
        return stream

    def _see_wake(self, events: http.client.HTTPResponse, run: str, began: float) -> None:
        """Reads the stream up to the wake of a run."""
        try:
            for line in events:
                if line.startswith(b"data: ") and _is_wake(json.loads(line.removeprefix(b"data: ")), run):
                    return
        except OSError:
            pass
        self.violate(f"the wake of {run} never came, in {time.perf_counter() - began:.1f} s")
        raise _GivenUpError

    def _find_pause(self, entries: list[dict[str, Any]], run: str) -> None:
        path = f"/v1/sequences/{run}/pause"
        self.expect("the pause in the journal", [200], [each["status"] for each in entries if each["path"] == path])


def visit(base: str, addresses: list[str], seconds: float) -> list[Findings]:
    """What a visitor of each address met, story after story, for so many seconds."""
    deadline = time.monotonic() + seconds
    found: list[Findings] = []

    def come_again(address: str) -> None:
        while time.monotonic() < deadline:
            found.append(Visitor(base, address).story())

    threads = [threading.Thread(target=come_again, args=(address,)) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _is_wake(data: dict[str, Any], run: str) -> bool:
    return data.get("event") == "wake" and data["sequence"]["id"] == run


def _next_monday(now: str) -> str:
    """Monday at nine, in the week after the time that a world's clock shows."""
    day = datetime.fromisoformat(now.partition(".")[0].removesuffix("Z"))
    return f"{(day + timedelta(days=7 - day.weekday())).date()}T09:00:00Z"

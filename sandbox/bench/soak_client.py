"""A client of the soak: mixed traffic on runs of its own and on shared ones, each answer held against what it must be.

It keeps a model of what it did. Where a fault leaves open whether a write was carried out, it reads the run again; every
other difference between model and answer is a violation, and so is any 5xx that no fault explains.
"""

import http.client
import json
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MARK = "x-sandbox-fault"
_FAR = "2100-01-04T08:00:00Z"
_MOST_UNANSWERED = 50


@dataclass(slots=True)
class Findings:
    """What a client met. `shared` is the last value that it wrote to each shared run."""

    requests: int = 0
    struck: int = 0
    broken: int = 0
    violations: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `clean` when no fault touched it, status 0 when the connection broke."""

    status: int
    body: Any
    clean: bool


class Client:
    """Sends requests for some seconds, from the address `source`.

    `own` runs are nobody else's; all clients write to those `shared`.
    """

    def __init__(
        self, base: str, token: str, number: int, own: list[str], shared: list[str], source: str = "127.0.0.1"
    ) -> None:
        self._server, self._source = urlsplit(base), source
        self._connection = self.connect()
        self._key = {"Authorization": f"Bearer {token}"}
        self._number = number
        self._draw = random.Random(f"{number} {own[0]}")
        self._shared = shared
        self._seen: set[str] = set()
        self._unanswered = 0
        self.found = Findings(own={run_id: {} for run_id in own})

    def connect(self) -> http.client.HTTPConnection:
        """A new connection."""
        host, port = self._server.hostname or "", self._server.port
        return http.client.HTTPConnection(host, port, timeout=30, source_address=(self._source, 0))

    def run(self, seconds: float) -> Findings:
        """The findings after so many seconds."""
        for run_id in self.found.own:
            self._refresh(run_id)
        deadline = time.monotonic() + seconds
        steps = [self._get, self._list, self._update, self._share, self._pause, self._resume, self._refused]
        weights = [40, 20, 12, 8, 10, 8, 2]
        while time.monotonic() < deadline:
            self._draw.choices(steps, weights)[0]()
        for run_id in self.found.own:
            self._refresh(run_id)
        self._connection.close()
        return self.found

    def ask(self, method: str, path: str, body: Any = None, key: dict[str, str] | None = None) -> Answer:
        """One request. A 5xx, or a body that is not JSON, is a violation unless it is marked as a fault."""
        found = self.found
        found.requests += 1
        headers = {
            **(self._key if key is None else key),
            **({} if body is None else {"Content-Type": "application/json"}),
        }
        began = time.perf_counter()
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            found.broken += 1
            self._unanswered += 1
            if self._unanswered > _MOST_UNANSWERED:
                raise RuntimeError("the server is gone") from None
            return Answer(0, None, clean=False)
        self._unanswered = 0
        struck = answer.headers.get(MARK) is not None
        found.struck += struck
        found.statuses[answer.status] += 1
        if not struck:
            found.milliseconds.append((time.perf_counter() - began) * 1000)
        self._look_at_id(answer.headers.get("x-request-id"), f"{method} {path}")
        if answer.status >= 500 and not struck:
            self.violate(f"{method} {path}: {answer.status} {text[:300]!r}")
        try:
            return Answer(answer.status, json.loads(text) if answer.status != 204 else None, clean=not struck)
        except ValueError:
            if not struck:
                self.violate(f"{method} {path}: {text[:80]!r} is not JSON")
            return Answer(answer.status, None, clean=not struck)

    def violate(self, what: str) -> None:
        """Notes a violation; the first hundred are enough."""
        if len(self.found.violations) < 100:
            self.found.violations.append(f"client {self._number}: {what}")

    def expect(self, what: str, wanted: Any, found: Any) -> None:
        """Notes a violation where two values differ."""
        if wanted != found:
            self.violate(f"{what}: expected {wanted!r}, found {found!r}")

    def _look_at_id(self, request_id: str | None, what: str) -> None:
        if request_id is None or request_id in self._seen:
            self.violate(f"{what}: the request id {request_id} is missing or was used before")
        else:
            self._seen.add(request_id)

    def _any_own(self) -> str:
        return self._draw.choice(list(self.found.own))

    def _refresh(self, run_id: str) -> None:
        """Reads a run until no fault touches the answer, and takes that for the model."""
        while True:
            answer = self.ask("GET", f"/v1/sequences/{run_id}")
            if answer.clean and answer.status == 200:
                self.found.own[run_id] = answer.body
                return

    def _get(self) -> None:
        run_id = self._any_own()
        answer = self.ask("GET", f"/v1/sequences/{run_id}")
        if answer.clean:
            self.expect(f"get {run_id}", (200, self.found.own[run_id]), (answer.status, answer.body))

    def _list(self) -> None:
        size = self._draw.choice((1, 10, 100))
        order = self._draw.choice(("asc", "desc"))
        field_name = self._draw.choice(("created_at", "updated_at", "status"))
        query = f"size={size}&page={self._draw.randint(1, 3)}&sort_by={field_name}&sort_order={order}"
        answer = self.ask("GET", f"/v1/sequences?{query}")
        if not answer.clean:
            return
        page, ids = answer.body, [run["id"] for run in answer.body["items"]]
        self.expect(f"pages of {query}", -(-page["total_count"] // size), page["total_pages"])
        self.expect(f"different runs of {query}", len(ids), len(set(ids)))
        keys = [(_sortable(run[field_name]), run["id"]) for run in page["items"]]
        wanted = sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=order == "desc")
        self.expect(f"order of {query}", wanted, keys)

    def _write(self, run_id: str, method: str, path: str, body: Any, status: int, changes: dict[str, Any]) -> None:
        """A write to a run of our own, which must be answered with `status`, and with `changes` when that is 200."""
        answer = self.ask(method, f"/v1/sequences/{run_id}{path}", body)
        if not answer.clean:
            self._refresh(run_id)
            return
        self.expect(f"{method} {run_id}{path}", status, answer.status)
        if answer.status == 200:
            wanted = {**self.found.own[run_id], **changes, "updated_at": answer.body["updated_at"]}
            self.expect(f"{method} {run_id}{path}", wanted, answer.body)
            self.found.own[run_id] = answer.body

    def _update(self) -> None:
        run_id = self._any_own()
        name, value = f"v{self._draw.randrange(8)}", str(self._draw.randrange(10**6))
        variables = {**(self.found.own[run_id]["variables"] or {}), name: value}
        self._write(run_id, "PATCH", "", {"variables": {name: value}}, 200, {"variables": variables})

    def _share(self) -> None:
        """Our own key of a run that every client writes to: no other client's write may undo it."""
        run_id, name, value = self._draw.choice(self._shared), f"client{self._number}", str(self.found.requests)
        while True:
            answer = self.ask("PATCH", f"/v1/sequences/{run_id}", {"variables": {name: value}})
            if answer.status == 409:
                continue
            if answer.clean:
                self.expect(
                    f"shared {run_id}", (200, value), (answer.status, (answer.body.get("variables") or {}).get(name))
                )
                self.found.shared[run_id] = value
                return

    def _pause(self) -> None:
        run_id = self._any_own()
        can = self.found.own[run_id]["status"] in ("ACTIVE", "WAITING_FOR_LEAD")
        body = {"paused_until": _FAR}
        self._write(run_id, "POST", "/pause", body, 200 if can else 422, {"status": "WAITING_FOR_LEAD"})

    def _resume(self) -> None:
        run_id = self._any_own()
        can = self.found.own[run_id]["status"] == "WAITING_FOR_LEAD"
        self._write(run_id, "POST", "/resume", None, 200 if can else 422, {"status": "ACTIVE"})

    def _refused(self) -> None:
        status, method, path, body, key = self._draw.choice(
            (
                (404, "GET", f"/v1/sequences/{uuid.UUID(int=self._draw.getrandbits(128), version=4)}", None, None),
                (400, "GET", "/v1/sequences?size=0", None, None),
                (400, "POST", f"/v1/sequences/{self._any_own()}/pause", {"paused_until": "2001-01-01T00:00:00Z"}, None),
                (401, "GET", "/v1/sequences", None, {"Authorization": "Bearer topo_nobody"}),
            )
        )
        answer = self.ask(method, path, body, key)
        if answer.clean:
            self.expect(f"{method} {path}", status, answer.status)


def _sortable(text: str) -> str:
    """An instant so that texts sort as times do: with its fraction written out."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6}" if text.endswith("Z") and text[:1].isdigit() else text

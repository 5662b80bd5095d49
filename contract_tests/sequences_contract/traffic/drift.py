"""Recorded requests sent again to another server, and where it responds otherwise in a way that matters."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from ..contract import timestamps
from ..contract.document import load_contract
from ..contract.operations import Operation
from ..engine.errors import Untestable
from ..engine.verdicts import MEANINGS, Exit, Outcome
from ..http.connection import PROXY_ADVICE, way_to
from ..http.messages import NotJson, Response
from ..http.target import Target, TargetError
from .bases import Bases
from .compare import differences, objects
from .exchange import REDACTED, Exchange, item_id, resembles
from .redaction import Redactor
from .rules import DRIFT_RULES
from .tallies import Tallies

#: What is sent at most, unless less is recorded.
_MOST_REQUESTS = 10_000
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_JSON = (("Content-Type", "application/json"),)
_MEANINGS = {
    **MEANINGS, Exit.CONFORMS: "no response differs", Exit.VIOLATED: "responses differ",
    Exit.UNTESTABLE: "responses could not be compared",
}  # fmt: skip


@dataclass
class _LeftOut:
    """How many recorded exchanges were not sent, or not compared, and why."""

    others: int = 0
    again: int = 0
    writes: int = 0
    unusual: int = 0
    keys: int = 0
    absent: int = 0
    beyond: int = 0

    def notes(self) -> Iterator[str]:
        for number, why in (
            (self.writes, "recorded writes that were not sent (--write-run ID allows those on a run)"),
            (self.keys, "requests with another key than the first, which were not sent"),
            (self.unusual, "recorded responses that say nothing about the server (no body, 401, 403, 429, 5xx)"),
            (self.absent, "requests about items that the server does not have"),
            (self.beyond, f"requests beyond the first {_MOST_REQUESTS:,}, which were not sent"),
        ):
            if number:
                yield f"{why}: {number}"


@dataclass
class Drift:
    """Sends what was recorded to `target`, and compares. Writes are sent on `writable` runs only (ids in lower case)."""

    target: Target
    redactor: Redactor
    urls: Sequence[str] = ()
    writable: frozenset[str] = frozenset()
    _left_out: _LeftOut = field(default_factory=_LeftOut)
    _sent: set[tuple[str, str]] = field(default_factory=set)
    _ids: dict[str, str] = field(default_factory=dict)
    _client: str | None = None
    _requests: int = 0
    _resembling: bool = False

    def __post_init__(self) -> None:
        self._contract = load_contract()
        self._bases = Bases(self._contract, self.urls)
        self._tallies = Tallies(DRIFT_RULES, lambda text: self.target.redact(self.redactor.text(text)))
        self._began = time.monotonic()

    def observe(self, exchange: Exchange) -> None:
        """Sends one recorded request and compares. Raises TargetError, RecordError, and Untestable for a rejected key."""
        path = self._bases.path(exchange.url)
        operation = None if path is None else self._contract.find(exchange.method, path)
        if path is None or operation is None or exchange.method == "HEAD":
            self._left_out.others += 1
        elif self._is_wanted(exchange, operation, path):
            response = self._send(exchange, operation, path)
            if response.status == 401:
                raise Untestable(f"{self.target.url} rejects the key (401); give --key one of that server")
            if response.status == 404 and exchange.status == 200 and operation.id_parameter and not self._knows(path):
                self._left_out.absent += 1
            else:
                self._compare(exchange, operation, response)

    def _is_wanted(self, exchange: Exchange, operation: Operation, path: str) -> bool:
        request, left_out = (exchange.method, exchange.url), self._left_out
        self._client = exchange.client if self._client is None else self._client
        body_lost = REDACTED.encode() in (exchange.request_body or b"")
        if exchange.client != self._client:
            left_out.keys += 1
        elif exchange.body is None or exchange.status in (0, 401, 403, 429) or exchange.status >= 500:
            left_out.unusual += 1
        elif not operation.reads and (item_id(operation, path) not in self.writable or body_lost):
            left_out.writes += 1
        elif operation.reads and request in self._sent and not self.writable:
            left_out.again += 1
        elif self._requests >= _MOST_REQUESTS:
            left_out.beyond += 1
        else:
            self._sent.add(request)
            return True
        return False

    def _send(self, exchange: Exchange, operation: Operation, path: str) -> Response:
        self._requests += 1
        there = _ID.sub(lambda found: self._ids.get(found[0].lower(), found[0]), path)
        query = _ID.sub(lambda found: self._ids.get(found[0].lower(), found[0]), exchange.url.partition("?")[2])
        body = _later(exchange) if operation.event else exchange.request_body
        return self.target.call(
            exchange.method, there, query=query, content=body, headers=_JSON if body is not None else ()
        )

    def _knows(self, path: str) -> bool:
        """Whether a list of the server has shown the item that a recorded path names."""
        return all(one.lower() in self._ids for one in _ID.findall(path))

    def _compare(self, exchange: Exchange, operation: Operation, response: Response) -> None:
        recorded = _parsed(exchange.body)
        try:
            got = response.json()
        except (NotJson, RecursionError):
            got = None
        if operation.is_list and exchange.status == response.status == 200:
            self._learn(recorded, got)
        form = operation.result if response.status == 200 else {"required": ["status_code", "type"]}
        self._resembling = self._resembling or resembles(form, got)
        self._tallies.count(*(rule.id for rule in DRIFT_RULES))
        for rule, expected, came in differences(exchange, operation, recorded, response.status, got):
            self._tallies.add(rule, expected, came, f"# {exchange.place}", response.request.curl())

    def _learn(self, recorded: Any, got: Any) -> None:
        """The server's ids for those recorded: items at the same place of the same list, unless it has the recorded one."""
        here, there = (objects(one.get("items")) if isinstance(one, dict) else [] for one in (recorded, got))
        known = {one.get("id") for one in there}
        for one, other in zip(here, there, strict=False):
            for name, value in one.items():
                if isinstance(value, str) and _ID.fullmatch(value) and isinstance(other.get(name), str):
                    same = value in known if name == "id" else value == other[name]
                    self._ids.setdefault(value.lower(), value if same else other[name])

    def outcome(self, failure: str | None = None) -> Outcome:
        """What differs. `failure` says why it could not be compared to the end."""
        if failure is None and not self._requests:
            failure = "nothing was sent: the recording has no request of this API that may be sent; see the notes"
        if failure is None and not self._resembling:
            failure = f"no response of {self.target.url} looks like this API; check --against, base path included"
        return Outcome(
            list(self._tallies.verdicts()) if self._resembling else [], failure, notes=tuple(self._left_out.notes()),
            seconds=time.monotonic() - self._began, requests=self._requests, meanings=_MEANINGS,
            began=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )  # fmt: skip


def failure_of(error: TargetError) -> str:
    """Why nothing can be compared, in a sentence."""
    advice = PROXY_ADVICE if way_to(error.request.url) else "check that --against names a server that runs"
    return f"{error.request.method} {error.request.url}: {error.problem}; {advice}"


def _parsed(raw: bytes | None) -> Any:
    try:
        return json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None


def _later(exchange: Exchange) -> bytes | None:
    """The body, with a pause that ends as long after now as it ended after the recorded request."""
    body, then = _parsed(exchange.request_body), exchange.timeline or exchange.began
    if not isinstance(body, Mapping) or then is None or not isinstance(body.get("paused_until"), str):
        return exchange.request_body
    try:
        left = timestamps.parse(body["paused_until"].upper()) - Fraction(then)
    except ValueError:
        return exchange.request_body
    until = timestamps.write(Fraction(time.time()) + left)
    return json.dumps({**body, "paused_until": until}).encode()

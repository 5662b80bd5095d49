"""Traffic held to the contract: each exchange by itself, with those before it, and what all of it comes to."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ..contract.document import load_contract
from ..contract.operations import Operation
from ..engine import Item, Page, Run
from ..engine.items import Malformed, read_item, read_page
from ..engine.verdicts import MEANINGS, Exit, Outcome
from ..http.messages import Response
from .bases import Bases
from .clients import Clients
from .counts import Counts
from .exchange import Exchange, item_id, resembles
from .histories import Histories
from .pages import is_clear, judge_page, values_of
from .passive import PassiveTallies
from .redaction import Redactor
from .rules import CLIENT_RULES, rules_of_traffic
from .series import Series
from .tallies import Tallies, Tell

_MEANINGS = {
    **MEANINGS, Exit.CONFORMS: "the traffic conforms", Exit.VIOLATED: "the traffic breaks the contract",
    Exit.UNTESTABLE: "the traffic could not be judged",
}  # fmt: skip
#: The calls of the sandbox's control API after which a world is another one.
_NEW_TIMELINE = re.compile(r"/_sandbox/.*/(reset|restore)$")


class Judge:
    """Judges exchanges one by one, in the order in which they began, as far as that is known.

    `urls` are the base URLs of the API; without one it is found, and has to be one. `client` says whether the requests are
    judged too, `lag` for how many seconds reads may lag behind writes, `tell` hears of each rule at its first violation.
    """

    def __init__(
        self, redactor: Redactor, *, strict: bool = False, client: bool = False, lag: float = 0,
        urls: Sequence[str] = (), tell: Tell | None = None,
    ) -> None:  # fmt: skip
        self._contract, self._redactor, self._strict = load_contract(), redactor, strict
        self._tallies = Tallies(rules_of_traffic(strict=strict, client=client), redactor.text, tell)
        self._passive = PassiveTallies(self._contract, self._tallies, strict=strict)
        self._histories = Histories(self._contract.lifecycles["Status"], strict=strict, lag=lag)
        self._series, self._counts = Series(), Counts(strict)
        self._clients = Clients(self._histories) if client else None
        self._bases = Bases(self._contract, urls)
        self._began, self.judged, self._others, self._bodiless = time.monotonic(), 0, 0, 0
        self._failures = self._redirects = 0
        self._resembling: bool | None = None

    def observe(self, exchange: Exchange) -> bool:
        """Judges one exchange; whether it is of the API. Raises RecordError where nobody knows which server is meant."""
        if _NEW_TIMELINE.search(exchange.url):
            self._histories.forget()
        path = self._bases.path(exchange.url)
        operation = None if path is None else self._contract.find(exchange.method, path)
        if path is None or operation is None or exchange.method == "HEAD":
            self._others += path is None or exchange.method not in ("HEAD", "OPTIONS")
            return False
        self._histories.follow(exchange)
        run_id = item_id(operation, path)
        if self._clients is not None:
            self._judge_client(exchange, operation, run_id)
        known = self._judge_server(exchange, operation, path, run_id)
        if not (operation.reads or known or 400 <= exchange.status < 500):
            self._histories.uncertain(run_id, exchange)
        return True

    def _judge_server(self, exchange: Exchange, operation: Operation, path: str, run_id: str) -> bool:
        """Judges the response; whether it shows what the operation led to."""
        if exchange.status < 200 or exchange.status == 304:
            self._others += 1
            return False
        self.judged += 1
        self._failures += exchange.status >= 500
        self._redirects += 300 <= exchange.status < 400
        if 200 < exchange.status < 300:
            self._tallies.count(f"shape.{operation.id}.body")
            self._add(f"shape.{operation.id}.body", f"200 of {operation.id}", f"{exchange.status}", exchange)
            self._recognise(operation.result, _parsed(exchange.body))
        elif exchange.body is None:
            self._bodiless += 1
        elif exchange.status == 200 or exchange.status >= 400:
            return self._judge_response(exchange, operation, exchange.response(path, self._redactor.text), run_id)
        return False

    def _recognise(self, schema: dict[str, Any], body: Any) -> None:
        if self._resembling is not True:
            self._resembling = resembles(schema, body)

    def _judge_response(self, exchange: Exchange, operation: Operation, response: Response, run_id: str) -> bool:
        seen = self._passive.observe(response)
        self._recognise(operation.result if seen.is_success else {"required": ["status_code", "type"]}, seen.body)
        ill_formed = False
        for rule, expected, got in self._passive.inspect(seen, operation, with_headers=bool(exchange.headers)):
            self._add(rule, expected, got, exchange)
            ill_formed = ill_formed or self._passive.is_fatal(rule)
        return seen.is_success and not ill_formed and self._judge_content(exchange, operation, response, run_id)

    def _judge_content(self, exchange: Exchange, operation: Operation, response: Response, run_id: str) -> bool:
        try:
            if operation.is_list:
                self._judge_list(exchange, operation, read_page(response, operation))
                return True
            return self._judge_item(exchange, operation, read_item(response.json(), operation), run_id)
        except (Malformed, ValueError):
            return False  # of a form that no schema forbids, such as a lone surrogate

    def _judge_list(self, exchange: Exchange, operation: Operation, page: Page) -> None:
        query, clear = values_of(exchange, operation), is_clear(exchange, operation)
        self._count_list(operation, query, arranged=clear)
        findings = list(judge_page(operation, query, page, strict=self._strict, arranged=clear))
        again = self._series.judge(exchange, operation, query, page) if clear else None
        for finding in findings or ([again] if again else []):
            self._add(*finding, exchange)
        agree = clear and not findings and self._counts.note(exchange, operation, query, page)
        if agree and self._clients is not None:
            self._clients.read(exchange, operation, query, page)
        self._observe_runs(exchange, list(page.items))

    def _judge_item(self, exchange: Exchange, operation: Operation, item: Item, run_id: str) -> bool:
        if operation.id_parameter is not None:
            self._tallies.count("traffic.same_item")
            if item.id.lower() != run_id:
                self._add("traffic.same_item", f"the item {run_id}", f"{item.id}", exchange)
                return False
        if operation.reads:
            self._observe_runs(exchange, [item])
        elif isinstance(item, Run):
            self._tallies.count("traffic.lifecycle", "traffic.write_response")
            finding = self._histories.written(exchange, operation, item, _parsed(exchange.request_body))
            if finding is not None:
                self._add(*finding, exchange)
        return True

    def _observe_runs(self, exchange: Exchange, items: list[Item]) -> None:
        runs = [one for one in items if isinstance(one, Run)]
        if runs:
            self._tallies.count("traffic.lifecycle", "traffic.read_after_write")
        finding = self._histories.observe(exchange, runs)
        if finding is not None:
            self._add(*finding, exchange)

    def _judge_client(self, exchange: Exchange, operation: Operation, run_id: str) -> None:
        assert self._clients is not None  # noqa: S101 - called only then
        self._tallies.count(*(rule.id for rule in CLIENT_RULES))
        for finding in self._clients.judge(exchange, operation, run_id):
            self._add(*finding, exchange)

    def _count_list(self, operation: Operation, query: dict[str, str], *, arranged: bool) -> None:
        """Counts what the rules about this list look at."""
        names = [f"list.{operation.id}.{kind}.{name}" for kind in ("filter", "bound") for name in query]
        if arranged:
            names += [f"list.{operation.id}.pages.partition", f"list.{operation.id}.size"]
            names.append(f"list.{operation.id}.sort.{query.get('sort_by') or operation.default('sort_by')}")
        self._tallies.count(*names)

    def _add(self, rule: str, expected: str, got: str, exchange: Exchange) -> None:
        curl = exchange.response(urlsplit(exchange.url).path, str).request.curl()
        self._tallies.add(rule, expected, got, f"# {exchange.place}", curl)

    def outcome(self, failure: str | None = None) -> Outcome:
        """What all of it comes to. `failure` says why it could not be judged to its end."""
        for exchange, finding in self._counts.findings():
            self._add(*finding, exchange)
        if self._clients is not None:
            for exchange, finding in self._clients.findings():
                self._add(*finding, exchange)
        failure = failure or self._failure()
        return Outcome(
            list(self._tallies.verdicts()) if self.judged and self._resembling else [], failure, notes=tuple(self._notes()),
            requests=self.judged, seconds=time.monotonic() - self._began, meanings=_MEANINGS,
            began=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )  # fmt: skip

    def _failure(self) -> str | None:
        if not self.judged:
            return (
                "no exchange is of this API: none goes to a path of openapi.yaml below /v1, or below --url; "
                "check what was recorded"
            )
        if self._bodiless == self.judged:
            return "no response was recorded with its body; record them (of a journal, ask for bodies=true)"
        if not self._resembling:
            return f"none of the {self.judged} responses looks like this API; pass --url with its base URL"
        return None

    def _notes(self) -> Iterator[str]:
        for number, what in (
            (self._others, "entries of something else, out of a cache, or without a response"),
            (self._bodiless, "responses that were not recorded to their end, so that they could not be judged"),
            (self._failures, "responses of 5xx, which are no violations: a recording does not show their cause"),
            (self._redirects, "responses of 3xx, which a server or gateway may send in front of the API"),
        ):
            if number:
                yield f"{what}: {number}"


def _parsed(raw: bytes | None) -> Any:
    try:
        return json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None

"""What a proxy sees, as it passes: judged, and recorded without keys."""

from pathlib import Path
from typing import Any

import httpx

from .entries import unpacked
from .exchange import Exchange
from .judge import Judge
from .proxy import KEPT_BODY, Headers, Passed
from .recording import Recording
from .redaction import Redactor


class Watch:
    """Judges and records each exchange that passes a proxy."""

    def __init__(self, judge: Judge, redactor: Redactor, path: Path | None) -> None:
        self._judge, self._redactor = judge, redactor
        self._recording = None if path is None else Recording(path)
        self._name = "exchange" if path is None else f"{path}: entry"
        self._passed = 0
        #: Why the verdict is not about everything that passed; None while it is.
        self.failure: str | None = None

    def observe(self, passed: Passed) -> None:
        """Judges an exchange, and writes it down. What fails here does not keep traffic from passing."""
        try:
            self._observe(passed)
        except Exception as error:  # noqa: BLE001 - nobody knows what may pass
            text = f"the suite failed on exchange {self._passed}: {type(error).__name__}: {error}"
            self.failure = self.failure or self._redactor.text(text)

    def _observe(self, passed: Passed) -> None:
        """Bodies of other paths than the API's are not kept."""
        self._passed += 1
        headers = httpx.Headers(passed.response_headers)
        body = unpacked(bytes(passed.response_body), headers.get("content-encoding", "")) if passed.whole else None
        sent = bytes(passed.body) if passed.body and len(passed.body) <= KEPT_BODY else None
        authorization = next((v for n, v in passed.headers if n.lower() == b"authorization"), b"").decode("latin-1")
        began = passed.began.timestamp()
        exchange = Exchange(
            f"{self._name} {self._passed}", passed.method, passed.url, self._redactor.client(authorization), passed.status,
            headers, body, sent, began, began + passed.seconds,
        )  # fmt: skip
        judged = self._judge.observe(exchange)
        if self._recording is not None:
            self._recording.add(self._entry(passed, exchange, judged))

    def close(self) -> str | None:
        """Closes the recording; gives what the user should know of it."""
        if self._recording is None:
            return None
        try:
            self._recording.close()
        except OSError as error:
            self.failure = self.failure or f"the recording was not written to its end: {error.strerror or error}"
        left_out = self._recording.left_out
        return f"exchanges that did not fit into the recording; name it .jsonl: {left_out}" if left_out else None

    def _entry(self, passed: Passed, exchange: Exchange, judged: bool) -> dict[str, Any]:
        text = self._redactor.text
        request = {
            "method": passed.method, "url": text(passed.url), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": self._pairs(passed.headers), "queryString": [], "headersSize": -1, "bodySize": len(passed.body),
        }  # fmt: skip
        if judged and exchange.request_body:
            mime = httpx.Headers(passed.headers).get("content-type", "")
            request["postData"] = {"mimeType": mime, "text": text(exchange.request_body.decode("utf-8", "replace"))}
        content: dict[str, Any] = {"size": -1, "mimeType": exchange.headers.get("content-type", "")}
        if judged and exchange.body is not None:
            content |= {"size": len(exchange.body), "text": text(exchange.body.decode("utf-8", "replace"))}
        milliseconds = round(passed.seconds * 1000, 3)
        return {
            "startedDateTime": passed.began.isoformat().replace("+00:00", "Z"), "time": milliseconds, "request": request,
            "response": {
                "status": passed.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": self._pairs(passed.response_headers), "content": content, "redirectURL": "",
                "headersSize": -1, "bodySize": -1,
            },
            "cache": {}, "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            **({"comment": text(passed.problem)} if passed.problem else {}),
        }  # fmt: skip

    def _pairs(self, headers: Headers) -> list[dict[str, str]]:
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        return [{"name": name, "value": value} for name, value in self._redactor.headers(pairs)]

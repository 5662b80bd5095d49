"""One request and its response, as values, and the curl line that repeats the request."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .keys import KEY_VARIABLES, UNKNOWN_KEY
from .shell import quote, quote_body


class NotJson(ValueError):
    """The body of a response is not JSON."""


@dataclass(frozen=True)
class Request:
    """A request as it was sent.

    `authorizations` hold `{key}` where the key of `role` stands, `{KEY}` where that in upper case stands; never the key.
    """

    method: str
    url: str
    path: str
    role: str | None
    authorizations: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    @property
    def bare_path(self) -> str:
        """The path below the base URL, without the query."""
        return self.path.split("?")[0]

    def curl(self) -> str:
        """A line for a POSIX shell with bash quoting; keys stand as environment variables."""
        parts = ["curl -sS -i"]
        if self.method == "HEAD":
            parts = ["curl -sS --head"]
        elif self.method != "GET" or self.body is not None:
            parts.append(f"-X {self.method}")
        parts.append(quote(self.url))
        for authorization in self.authorizations:
            variable = KEY_VARIABLES.get(self.role or "key")
            shown = authorization.replace("{key}", f"${variable}" if variable else UNKNOWN_KEY)
            shown = shown.replace("{KEY}", f"${{{variable}^^}}" if variable else UNKNOWN_KEY.upper())
            parts.append(f'-H "Authorization: {shown}"' if shown else "-H 'Authorization;'")
        parts += [f"-H {quote(f'{name}: {value}')}" for name, value in self.headers]
        if self.body is not None:
            parts.append(f"--data-binary {quote_body(self.body)}")
        return " ".join(parts)


@dataclass(frozen=True)
class Response:
    """A response. `began` and `ended` are seconds of the suite's own monotonic clock."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    began: float
    ended: float
    redact: Callable[[str], str] = field(default=str, compare=False, repr=False)
    _parsed: list[Any] = field(default_factory=list, compare=False, repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises NotJson."""
        if not self._parsed:
            try:
                self._parsed.append(json.loads(self.body))
            except ValueError as error:
                raise NotJson(f"the body is not JSON ({error})") from None
        return self._parsed[0]

    def text(self, limit: int = 300) -> str:
        """The body for people, cut after `limit` characters."""
        text = self.redact(self.body.decode("utf-8", "replace"))
        return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"

    def summary(self, limit: int = 300) -> str:
        """Status and body on one line, the body cut after `limit` characters."""
        return f"{self.status} {self.text(limit)}".strip()

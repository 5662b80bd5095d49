"""Reading the bodies of the four writes: media type, JSON, fields."""

import json
import math
from typing import Any

from .listing import Listing, nearest
from .messages import ApiError, Call, Request, shown

LARGEST_BODY = 1_048_576
FIELDS = {"update": ("variables",), "pause": ("paused_until",), "resume": (), "stop": ("reason", "scope")}


Values = dict[str, str | None]


class Bodies(Listing):
    """What a write says, read once and strictly."""

    largest_body = LARGEST_BODY
    reasons: tuple[str, ...] = ("WIN", "LOSE")
    scopes: tuple[str, ...] = ("CONTACT", "COMPANY")

    def check_media_type(self, request: Request) -> None:
        """JSON in UTF-8, not encoded and declared as such, wherever there is a body."""
        declared = request.headers.get("content-type")
        if not request.body:
            return
        self.check_encoding(request)
        kind, *parameters = (part.strip().lower() for part in (declared or "").split(";"))
        plain = all(part.replace('"', "") in ("", "charset=utf-8") for part in parameters)
        if kind != "application/json" or not plain:
            message = (
                f"Send the body as 'Content-Type: application/json', in UTF-8; it came as '{shown(declared or '')}'."
            )
            raise ApiError(415, message, field="Content-Type", allowed=["application/json"])

    def check_encoding(self, request: Request) -> None:
        encoding = request.headers.get("content-encoding", "identity")
        if encoding.lower() != "identity":
            message = f"Send the body without 'Content-Encoding: {shown(encoding)}'."
            raise ApiError(415, message, field="Content-Encoding", allowed=["identity"])

    def check_byte_order_mark(self, text: str) -> None:
        if text.startswith("\ufeff"):
            raise ApiError(400, "The body begins with a byte order mark; leave it out.")

    def read_json(self, body: bytes) -> Any:
        try:
            text = body.decode("utf-8")
            self.check_byte_order_mark(text)
            return json.loads(text, object_pairs_hook=self.read_object, parse_constant=self.read_constant)
        except UnicodeDecodeError:
            raise ApiError(400, "The body is not UTF-8; encode it as UTF-8.") from None
        except (ValueError, RecursionError):
            raise ApiError(400, "The body is not JSON; send one JSON object.") from None

    def read_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self.repeated_key(pairs)
        return found

    def repeated_key(self, pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        twice = shown(next(name for name in names if names.count(name) > 1))
        raise ApiError(400, f"The key '{twice}' stands twice in one object; write it once.", field=twice)

    def read_constant(self, word: str) -> Any:
        raise ApiError(400, f"'{word}' is no JSON value; send a number or null.", value=word)

    def read_body(self, call: Call) -> dict[str, Any]:
        """The operation's body, all its fields checked."""
        operation, raw = call.operation, call.request.body
        if operation == "resume" and not raw:
            return {}
        if not raw:
            raise ApiError(400, f"A body is required; send a JSON object with {list(FIELDS[operation])}.")
        body = self.read_json(raw)
        if not isinstance(body, dict):
            raise ApiError(400, "The body must be a JSON object.", value=shown(body))
        for name in body:
            if name not in FIELDS[operation]:
                self.unknown_field(name, FIELDS[operation])
        return self.read_fields(call, body)

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        name = shown(name)
        raise ApiError(400, f"The body has no field '{name}'; {nearest(name, known)}", field=name, problem="unknown")

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call.operation == "update":
            return {"variables": self.read_variables(self.required(body, "variables"))}
        if call.operation == "pause":
            return {"paused_until": self.read_until(call, self.required(body, "paused_until"))}
        if call.operation == "stop":
            allowed = {"reason": self.reasons, "scope": self.scopes}
            return {name: self.read_word(name, self.required(body, name), words) for name, words in allowed.items()}
        return {}

    def required(self, body: dict[str, Any], field: str) -> Any:
        if field not in body:
            raise ApiError(400, f"The field '{field}' is required.", field=field, problem="missing")
        return body[field]

    def read_word(self, field: str, value: Any, allowed: tuple[str, ...]) -> str:
        if not isinstance(value, str) or value not in allowed:
            message = f"'{field}' cannot be {shown(value)}; use {' or '.join(allowed)}."
            raise ApiError(400, message, field=field, allowed=list(allowed))
        return value

    def read_variables(self, value: Any) -> Values:
        if not isinstance(value, dict):
            raise ApiError(400, "'variables' must be an object of strings and nulls.", field="variables")
        return {self.read_name(name): self.read_variable(name, one) for name, one in value.items()}

    def read_name(self, name: str) -> str:
        self.check_text(name)
        return name

    def read_variable(self, name: str, value: Any) -> str | None:
        """A string, kept exactly, or null."""
        if value is not None and not isinstance(value, str):
            message = f"The variable '{shown(name)}' must be a string or null; put a number in quotes."
            raise ApiError(400, message, field=f"variables.{shown(name)}")
        if value is not None:
            self.check_text(value)
        return value

    def check_text(self, text: str) -> None:
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ApiError(400, "A variable holds NUL or a lone surrogate; leave it out.", field="variables")

    def read_until(self, call: Call, value: Any) -> int:
        """The first whole microsecond at which the pause is over."""
        field = "paused_until"
        if not isinstance(value, str):
            raise ApiError(400, f"'{field}' must be a string, an RFC 3339 date-time.", field=field)
        try:
            timestamp = self.read_timestamp(field, value)
        except ValueError as problem:
            raise ApiError(400, f"'{field}' is {problem}.", field=field, value=shown(value)) from None
        if not self.is_future(math.ceil(timestamp), call.now):
            message = f"'{field}' must lie in the future; it is now {self.timestamp(call.now)}."
            raise ApiError(400, message, field=field, value=shown(value), problem="not in the future")
        return math.ceil(timestamp)

    def is_future(self, until: int, now: int) -> bool:
        return until > now

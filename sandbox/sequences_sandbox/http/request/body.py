"""Reading a JSON body: its declared type, its size, its syntax, its schema, in that order.

Contract, "Errors": bodies over 1 MiB are 413, anything but JSON in UTF-8 is 415; duplicate keys, `NaN` and its like,
unknown fields, NUL and lone surrogates are 400.
"""

import json
import math
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from ...domain.errors import MediaTypeIssue, TooLargeIssue, ValidationIssue
from ...validation import RepeatedKeyError, Schema, character_mistakes, decoded, decoder, issue, short

MOST_BYTES: Final = 1 << 20
_JSON: Final = "application/json"
_SUBJECT: Final = "The body"
_DEEPEST: Final = 100
_MOST_BRACKETS: Final = 50_000
"""Each object and list is made by itself, and costs many times its bytes."""
_MOST_MISTAKES: Final = 20
_MOST_EXACT: Final = 1 << 53
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_AS_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


class Body:
    def __init__(self, request_body: Mapping[str, Any]) -> None:
        content = request_body["content"][_JSON]
        self._schema: Final = Schema(content["schema"])
        self._required: Final = bool(request_body.get("required", False))
        self._example: Final = _example(content)

    def check_headers(self, content_type: str | None, content_encoding: str | None, *, empty: bool) -> None:
        """Raises MediaTypeIssue unless the body is declared as JSON as it is; an empty one needs no declaration."""
        if empty:
            return
        if content_encoding is not None and content_encoding.strip().lower() not in ("", "identity"):
            raise MediaTypeIssue(
                f"The body came with 'Content-Encoding: {short(content_encoding)}'; send it as it is, without that header.",
                field="Content-Encoding",
                value=short(content_encoding),
                allowed=["identity"],
            )
        if content_type is None or not is_json(content_type):
            came = f"it came as '{short(content_type)}'" if content_type else "it came without that header"
            raise MediaTypeIssue(
                f"Send the body as 'Content-Type: application/json', in UTF-8; {came}.",
                field="Content-Type",
                value=None if content_type is None else short(content_type),
                allowed=[_JSON],
            )

    def read(self, raw: bytes) -> Any:
        """The value of a body that satisfies the schema. Raises ValidationIssue, which tells all mistakes."""
        if not raw:
            if self._required:
                raise self._empty()
            return {}
        value = parse_json(raw)
        # Only an escape can name a character that must not be: as it is, neither UTF-8 nor JSON has it.
        mistakes = list(islice(character_mistakes(value), _MOST_MISTAKES)) if b"\\u" in raw else []
        if mistakes := mistakes or self._schema.errors(value, _MOST_MISTAKES):
            raise issue(mistakes, _SUBJECT)
        return value

    def _empty(self) -> ValidationIssue:
        if self._example is None:
            return ValidationIssue("The body is empty; send a JSON object.", problem="empty")
        text = short(json.dumps(self._example, ensure_ascii=False))
        return ValidationIssue(f"The body is empty; send JSON such as {text}.", problem="empty", example=self._example)


def _example(content: Mapping[str, Any]) -> Any:
    """A body that the contract gives as an example; None where there is none."""
    for example in content.get("examples", {}).values():
        return example.get("value")
    return content.get("example", content["schema"].get("example"))


def too_large() -> TooLargeIssue:
    return TooLargeIssue(
        f"The body is larger than {MOST_BYTES} bytes, the most that is read.", allowed={"maximum_bytes": MOST_BYTES}
    )


def is_json(content_type: str) -> bool:
    """Whether a Content-Type declares JSON in UTF-8."""
    if content_type == _JSON:
        return True
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return media == _JSON and all(
        parameter.replace('"', "").replace(" ", "") in ("charset=utf-8", "") for parameter in parameters
    )


def parse_json(raw: bytes) -> Any:
    """JSON as the contract reads it. Raises ValidationIssue."""
    if raw.startswith(_BYTE_ORDER_MARK):
        raise ValidationIssue(
            "The body begins with a byte order mark, which JSON does not have; send it without the first three bytes.",
            problem="byte order mark",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationIssue(
            f"The body is not valid UTF-8, from byte {error.start} on.", problem="not UTF-8", position=error.start
        ) from None
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST:
        _check_brackets(raw)
    try:
        return decoded(_DECODER.decode, text)
    except RepeatedKeyError as error:
        twice = short(str(error))
        message = f"The body has the key '{twice}' twice; keep one."
        raise ValidationIssue(message, field=twice, problem="repeated") from None
    except json.JSONDecodeError as error:
        raise ValidationIssue(
            f"The body is not valid JSON in line {error.lineno}: {error.msg}.",
            problem="not JSON",
            position=error.pos,
        ) from None


def _integer(digits: str) -> int:
    if len(digits) > 400:
        raise ValidationIssue("The body holds a number of more than 400 digits.", problem="too large")
    return int(digits)


def _fraction(digits: str) -> float:
    """A number with a fraction or an exponent; 2.0 is a whole one, as JSON Schema says, and is kept and shown as 2."""
    value = float(digits)
    if math.isinf(value):
        raise ValidationIssue(f"The body holds the number {digits[:40]}, which is out of range.", problem="too large")
    return int(value) if value.is_integer() and abs(value) <= _MOST_EXACT else value


_DECODER: Final = decoder(parse_int=_integer, parse_float=_fraction)


def _check_brackets(raw: bytes) -> None:
    """Raises ValidationIssue where brackets outside strings are too many or nest too deep. All at the speed of C."""
    outside = b"".join(raw.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    brackets = outside.translate(_AS_SQUARE, _NO_BRACKETS)
    if brackets.startswith(b"[" * (_DEEPEST + 1)):
        raise _too_deep()
    if brackets.count(b"[") > _MOST_BRACKETS:
        raise ValidationIssue(f"The body holds more than {_MOST_BRACKETS} objects and lists.", problem="too many")
    for _ in range(_DEEPEST):  # each pass takes away the innermost level
        left = brackets.replace(b"[]", b"")
        if len(left) == len(brackets):
            break
        brackets = left
    # What is never closed is not JSON, and just as deep.
    if b"[]" in brackets or brackets.count(b"[") > _DEEPEST:
        raise _too_deep()


def _too_deep() -> ValidationIssue:
    return ValidationIssue(f"The body nests deeper than {_DEEPEST} levels.", problem="too deep")

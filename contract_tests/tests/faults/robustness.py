"""Servers that break on odd input, and bodies that are let through although they are malformed."""

import json
import re
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.bodies import Values
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Request

planted = Catalog("robustness")


def breaking_on_text(pattern: str) -> Altering:
    """Responds with 500 when a key or a value of an update fits the pattern."""
    odd = re.compile(pattern, re.DOTALL)

    class Breaking(ReferenceServer):
        def merge(self, old: dict[str, str] | None, changes: Values) -> dict[str, str] | None:
            if any(odd.search(text) for pair in changes.items() for text in pair if text is not None):
                raise LookupError("odd text")
            return super().merge(old, changes)

    return Breaking


# Name, summary, pattern, a value that shows it.
for name, summary, pattern, sample in (
    ("emoji_breaks", "A value beyond the basic plane is 500.", "[\U00010000-\U0010ffff]", '"a": "\U0001f600"'),
    ("quote_breaks", "An apostrophe is 500.", "'", '"a": "it\'s"'),
    ("dollar_breaks", "A dollar sign is 500.", r"\$", '"a": "$100"'),
    ("percent_breaks", "A percent sign is 500.", "%", '"a": "100%s"'),
    ("empty_name_breaks", "An empty key is 500.", r"\A\Z", '"": "x"'),
    ("control_character_breaks", "A control character is 500.", "[\x01-\x08]", r'"a": "\u0001"'),
    ("line_separator_breaks", "A line separator is 500.", "[\u2028\u2029]", '"a": "\u2028"'),
):
    probe = f'PATCH {{active}} {{"variables": {{{sample}}}}}'
    planted.add(
        name,
        summary,
        "documented",
        "update.strings_kept update.hostile_values robustness",
        probe,
        breaking_on_text(pattern),
    )
planted.add(
    *(
        "long_value_breaks",
        "A value of more than 64 KiB is 500.",
        "documented",
        "update.strings_kept update.hostile_values robustness",
    ),
    *("PATCH {active} @long", breaking_on_text(".{65536}")),
)


@planted.documented(
    "update.strings_kept update.hostile_values robustness", r'PATCH {active} {"variables": {"a": "x\u0000"}}'
)
class NulBreaks(ReferenceServer):
    """NUL in a value is 500."""

    def check_text(self, text: str) -> None:
        if "\0" in text:
            raise LookupError("invalid byte sequence")
        super().check_text(text)


@planted.documented(
    "update.strings_kept update.hostile_values robustness", r'PATCH {active} {"variables": {"a": "\ud800"}}'
)
class SurrogateBreaks(ReferenceServer):
    """A lone surrogate is 500."""

    def check_text(self, text: str) -> None:
        text.encode("utf-8")
        super().check_text(text)


class BreakingBody(ReferenceServer):
    """Responds with 500 where JSON cannot be read."""

    def breaks(self, body: bytes) -> bool:
        raise NotImplementedError

    def read_json(self, body: bytes) -> Any:
        if self.breaks(body):
            raise LookupError("cannot be read")
        return super().read_json(body)


@planted.strict("body. update.hostile_values stop.rejects robustness", "PATCH {active} @deep")
class DeepNestingBreaks(BreakingBody):
    """Deeply nested JSON is 500."""

    def breaks(self, body: bytes) -> bool:
        return body.count(b"[") > 500


@planted.documented("body. update.hostile_values stop.rejects robustness", "PATCH {active} @latin1")
class BadUtf8Breaks(BreakingBody):
    """A body that is not UTF-8 is 500."""

    def breaks(self, body: bytes) -> bool:
        return b"\xef\xbf\xbd" in body.decode("utf-8", "replace").encode() and b"\xef\xbf\xbd" not in body


@planted.documented("body. update.hostile_values stop.rejects robustness", 'PATCH {active} {"variables": ')
class BrokenJsonBreaks(BreakingBody):
    """A body that is not JSON is 500."""

    def breaks(self, body: bytes) -> bool:
        try:
            json.loads(body)
        except ValueError:
            return True
        except RecursionError:
            return False
        return False


@planted.documented("body. update.hostile_values stop.rejects robustness", "PATCH {active} [1]")
class ListForBodyBreaks(BreakingBody):
    """A body that is a list is 500."""

    def breaks(self, body: bytes) -> bool:
        return body.lstrip().startswith(b"[")


@planted.documented("body. update.hostile_values stop.rejects robustness", 'PATCH {active} {"variables": {"a": NaN}}')
class NanBreaks(ReferenceServer):
    """NaN is 500."""

    def read_constant(self, word: str) -> Any:
        raise LookupError(word)


@planted.documented(
    "body. update.hostile_values stop.rejects robustness", "<Content-Type: application/json> PATCH {active} @empty"
)
class EmptyBodyBreaks(ReferenceServer):
    """An update without a body is 500."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "update" and not call.request.body:
            raise LookupError("no body")
        return super().read_body(call)


@planted.documented(
    "body. update.hostile_values stop.rejects robustness",
    'POST {active}/stop {"reason": ["WIN"], "scope": "CONTACT"}',
)
class ListForReasonBreaks(ReferenceServer):
    """A reason that is a list is 500."""

    def read_word(self, field: str, value: Any, allowed: tuple[str, ...]) -> str:
        return super().read_word(field, value if value in set(allowed) else str(value), allowed)


@planted.documented(
    "list.listSequences.rejects list.listSequences.pages.past_the_end robustness",
    "GET /sequences?page=99999999999999999999999",
)
class HugePageBreaks(ReferenceServer):
    """A page number beyond 64 bits is 500."""

    def read_integer(self, field: str, text: str) -> int:
        number = super().read_integer(field, text)
        if len(text) > 18:
            raise OverflowError("out of range")
        return number


@planted.strict("list.listSequences.rejects robustness", "GET /sequences?status=%FF")
class BadUtf8InQueryBreaks(ReferenceServer):
    """A query that is not UTF-8 is 500."""

    def read_pairs(self, call: Call) -> dict[str, str]:
        try:
            return super().read_pairs(call)
        except ApiError as error:
            if "UTF-8" in error.message:
                raise LookupError("utf-8") from None
            raise


@planted.documented(
    "list.listSequences.rejects list.listSequences.pages.past_the_end robustness", "GET /sequences?status=%00"
)
class NulInQueryBreaks(ReferenceServer):
    """NUL in the query is 500."""

    def read_pairs(self, call: Call) -> dict[str, str]:
        if "%00" in call.request.query:
            raise LookupError("NUL")
        return super().read_pairs(call)


@planted.documented("id. id.*.unknown robustness", "GET /sequences/nonsense")
class MalformedIdBreaks(ReferenceServer):
    """An id that is no UUID is 500."""

    def read_id(self, segment: str) -> str:
        try:
            return super().read_id(segment)
        except ApiError:
            raise LookupError("badly formed") from None


@planted.strict("id. robustness", "GET /sequences/00000000-0000-0000-0000-000000000000")
class NilIdBreaks(ReferenceServer):
    """The nil UUID is 500."""

    def read_id(self, segment: str) -> str:
        found = super().read_id(segment)
        return found if found.strip("0-") else str(1 // 0)


@planted.documented("http.*.method robustness", "DELETE {active} && PURGE /sequences")
class OtherMethodBreaks(ReferenceServer):
    """A method that the path does not have is 500."""

    def wrong_method(self, call: Call, allow: str) -> None:
        raise NotImplementedError(call.request.method)


@planted.documented("body.*.media_type robustness", "<Content-Type: application/xml> PATCH {active} <a/>")
class OtherMediaTypeBreaks(ReferenceServer):
    """Another media type is 500."""

    def check_media_type(self, request: Request) -> None:
        try:
            super().check_media_type(request)
        except ApiError:
            raise LookupError("no reader") from None

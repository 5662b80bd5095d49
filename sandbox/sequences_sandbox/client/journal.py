"""What was sent to a world, and whether it was what it should be."""

from collections.abc import Mapping
from typing import Any

from .errors import VerificationError
from .shapes import Entry
from .transport import Control
from .values import Instant, given, moment

_PAGE = 100


class Journal:
    """The journal of one world: calls of the public API, not those of the control API."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def requests(
        self,
        on: str | None = None,
        *,
        status: int | None = None,
        key_name: str | None = None,
        since: Instant | None = None,
    ) -> list[Entry]:
        """The requests that fit, oldest first. `on` is an operationId; `since` is in the world's time."""
        query = given({"operation": on, "status": status, "key_name": key_name, "since": _instant(since)})
        newest_first: list[Entry] = []
        page: dict[str, Any] = {"has_more": True}
        while page["has_more"]:
            number = len(newest_first) // _PAGE + 1
            page = self._control("GET", "/journal", query={**query, "size": _PAGE, "page": number})
            newest_first += page["items"]
        return newest_first[::-1]

    def verify(  # noqa: PLR0913  # one keyword for each part of a match
        self,
        on: str | None = None,
        *,
        status: int | None = None,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        key_name: str | None = None,
        since: Instant | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> int:
        """How many requests fit. Raises VerificationError, an AssertionError, when it is not as many as asked for.

        `body` and `query` are what a request has to hold, at least. Without a number, one or more is asked for.
        """
        match = {
            "operation": on, "status": status, "body_subset": body, "query_subset": query, "key_name": key_name,
            "since": _instant(since),
        }  # fmt: skip
        number = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        return self._verify({"match": given(match), **given(number)})

    def verify_order(self, *operations: str | Mapping[str, Any]) -> int:
        """Requires requests in this order, others in between allowed; each an operationId or a match of the API.

        Raises VerificationError.
        """
        matches = [{"operation": one} if isinstance(one, str) else dict(one) for one in operations]
        return self._verify({"in_order": matches})

    def har(self) -> dict[str, Any]:
        """The journal as HTTP Archive 1.2, for a browser's tools."""
        archive: dict[str, Any] = self._control("GET", "/journal.har")
        return archive

    def clear(self) -> None:
        """Empties it."""
        self._control("DELETE", "/journal")

    def _verify(self, wanted: Mapping[str, Any]) -> int:
        result = self._control("POST", "/journal/verify", body=wanted)
        if result["ok"]:
            return int(result["count"])
        near = "".join(f"\n  near miss {one['request_id']}: {'; '.join(one['differs'])}" for one in result["nearest"])
        raise VerificationError(f"The journal does not hold {dict(wanted)}: {result['count']} fit.{near}", result)


def _instant(instant: Instant | None) -> str | None:
    return None if instant is None else moment(instant)

"""What was sent to a world, and whether it was what it should be."""

from collections.abc import Mapping
from typing import Any, Final

from .calls import Asynchronous, Call, Synchronous, WorldPart, operation
from .data import JournalData, ListData
from .errors import ArgumentError, VerificationError
from .values import TimeValue, given, shown, timestamp

_PAGE: Final = 100
_PARTS: Final[Mapping[str, str]] = {
    "operation": "on", "body_subset": "body", "query_subset": "query", "header_subset": "headers",
}  # fmt: skip
_NAMES: Final = {_PARTS.get(name, name): name for name in (
    *_PARTS, "method", "path", "sequence_id", "status", "key_name", "key_id", "since",
)}  # fmt: skip
"""The parts of a match, by the words of `verify`."""
_WORDS: Final[Mapping[str, str]] = {f"match/{name}": word for word, name in _NAMES.items()}


class JournalMethods(WorldPart):
    """The journal of one world: requests to the public API, not those to the control API."""

    @operation
    async def requests(  # noqa: PLR0913  # one keyword for each filter
        self,
        on: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        sequence_id: str | None = None,
        status: int | str | None = None,
        text: str | None = None,
        key_name: str | None = None,
        key_id: str | None = None,
        since: TimeValue | None = None,
    ) -> list[JournalData]:
        """The requests that match, oldest first, with their bodies.

        `on` is an operationId, `path` a path in which `*` stands for any characters, `status` a number or a class such as
        "4xx", `text` what path, query, a body or User-Agent contains, `since` a time of the world.
        """
        query = given({
            "operation": on, "method": method, "path": path, "sequence_id": sequence_id, "status": status, "text": text,
            "key_name": key_name, "key_id": key_id, "since": timestamp("journal.requests(since=...)", since),
        })  # fmt: skip
        newest_first: list[JournalData] = []
        page: ListData[JournalData] = {"items": [], "has_more": True}
        while page["has_more"]:
            number = len(newest_first) // _PAGE + 1
            whole = {**query, "bodies": "true", "size": _PAGE, "page": number}
            page = await self._send(Call("GET", "/journal", query=whole, words={"operation": "on"}))
            newest_first += page["items"]
        return newest_first[::-1]

    @operation
    async def verify(  # noqa: PLR0913  # one keyword for each part of a match
        self,
        on: str | None = None,
        *,
        sequence_id: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        key_name: str | None = None,
        key_id: str | None = None,
        since: TimeValue | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> int:
        """How many requests match. Raises VerificationError, an AssertionError, when it is not as many as wanted.

        `body`, `query` and `headers` are what a request has to contain, at least; the others are as in `requests`. Without
        a number, one or more is wanted.
        """
        match = given({
            "operation": on, "sequence_id": sequence_id, "method": method, "path": path, "status": status,
            "body_subset": body, "query_subset": query, "header_subset": headers, "key_name": key_name, "key_id": key_id,
            "since": timestamp("journal.verify(since=...)", since),
        })  # fmt: skip
        numbers = given({"exactly": exactly, "at_least": at_least, "at_most": at_most})
        wrong = next((name for name, number in numbers.items() if not isinstance(number, int) or number < 0), None)
        if wrong is not None:
            raise ArgumentError(f"journal.verify takes a whole number as {wrong}=, not {numbers[wrong]!r}.")
        wanted = ", ".join(f"{_PARTS.get(name, name)}={value!r}" for name, value in {**match, **numbers}.items())
        return await self._verify({"match": match, **numbers}, f"verify({wanted})")

    @operation
    async def verify_order(self, *operations: str | Mapping[str, Any]) -> int:
        """Requires requests in this order, with others between them or not; each an operationId, or what `verify` takes:
        {"on": "resumeSequence", "status": 200}. Raises VerificationError.
        """
        if not operations:
            raise ArgumentError("journal.verify_order takes operations such as 'pauseSequence', 'resumeSequence'.")
        matches = [_match(each) for each in operations]
        words = {
            f"in_order/{index}/{name}": f"{word} of argument {index + 1}"
            for index in range(len(matches))
            for word, name in _NAMES.items()
        }
        wanted = ", ".join(map(repr, operations))
        return await self._verify({"in_order": matches}, f"verify_order({wanted})", words)

    @operation
    async def har(self) -> dict[str, Any]:
        """The journal as HTTP Archive 1.2, for the developer tools of a browser."""
        return await self._send(Call("GET", "/journal.har"))

    @operation
    async def clear(self) -> None:
        """Empties it."""
        await self._send(Call("DELETE", "/journal"))

    async def _verify(self, question: Mapping[str, Any], call: str, words: Mapping[str, str] = _WORDS) -> int:
        result = await self._send(Call[dict[str, Any]]("POST", "/journal/verify", question, words=words))
        if result["ok"]:
            return int(result["count"])
        lines = [f"journal.{call} does not hold: {result['count']} matched."]
        for near in result["nearest"]:
            lines.append(f"  {near['request_id']}: {'; '.join(near['differs']) or 'matches, and is one too many'}")
        raise VerificationError("\n".join(lines), result)


class WorldJournal(JournalMethods, Synchronous): ...


class AsyncWorldJournal(JournalMethods, Asynchronous): ...


def _match(wanted: str | Mapping[str, Any]) -> dict[str, Any]:
    parts = {"on": wanted} if isinstance(wanted, str) else wanted
    if not isinstance(parts, Mapping) or not parts.keys() <= _NAMES.keys():
        raise ArgumentError(
            f"journal.verify_order takes operations such as 'pauseSequence', or dicts of {', '.join(_NAMES)}; "
            f"not {shown(wanted)}."
        )
    return {_NAMES[word]: value for word, value in parts.items()}

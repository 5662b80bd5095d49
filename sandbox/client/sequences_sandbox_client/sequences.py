"""The sequences of a world: made through the control API, read and changed through the public one."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from .calls import Asynchronous, Call, Synchronous, WorldPart, operation
from .data import ListData, SequenceData
from .errors import ArgumentError, NotFoundError
from .values import TimeValue, given, segment, shown, timestamp

_PAGE: Final = 100
_MOST_NAMED: Final = 10
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class SequenceMethods(WorldPart):
    """The sequences of one world.

    `list` and `get` leave no trace: neither faults nor the world's limit nor the journal concern them. `update`, `pause`,
    `resume` and `stop` are calls of the public API like those of the code under test, and are in the journal with them.
    """

    @operation
    async def create(
        self,
        status: str | None = None,
        *,
        company: str | None = None,
        contact: str | None = None,
        template: str | None = None,
        variables: Mapping[str, str] | None = None,
        paused_until: TimeValue | None = None,
        created_at: TimeValue | None = None,
    ) -> SequenceData:
        """Enrols a contact and returns the sequence, in any status. What is not named is found in the world, or made.

        The contact is the one with the id `contact`, else one without a sequence; with `company`, a domain such as
        "acorn.example", one who works there. `template` is an id or a name; unless given, it is the first ACTIVE one. A
        sequence that is WAITING_FOR_LEAD wakes at `paused_until`, in a week unless given.
        """
        is_id = isinstance(template, str) and _ID.fullmatch(template)
        template_id = template if template is None or is_id else await self._template(template)
        body = given({
            "contact_id": contact,
            "company": company,
            "sequence_template_id": template_id,
            "status": status,
            "variables": variables,
            "paused_until": timestamp("sequences.create(paused_until=...)", paused_until),
            "created_at": timestamp("sequences.create(created_at=...)", created_at),
        })  # fmt: skip
        words = {"contact_id": "contact", "sequence_template_id": "template"}
        return await self._send(Call("POST", "/sequences", body, words=words))

    @operation
    async def list(self, /, status: str | None = None, **filters: Any) -> list[SequenceData]:
        """All sequences that match, oldest first; `filters` are those of the public API, such as `created_at_after=`."""
        if paging := filters.keys() & {"page", "size"}:
            raise ArgumentError(f"sequences.list returns all that match, of every page; leave out {min(paging)}=.")
        filters = {
            name: timestamp(f"sequences.list({name}=...)", value) if isinstance(value, datetime) else value
            for name, value in filters.items()
        }
        found: list[SequenceData] = []
        page: ListData[SequenceData] = {"items": [], "has_more": True}
        while page["has_more"]:
            number = len(found) // _PAGE + 1
            query = given({**filters, "status": status, "size": _PAGE, "page": number})
            page = await self._send(Call("GET", "/sequences", query=query, key=self._world.key))
            found += page["items"]
        return found

    @operation
    async def get(self, sequence_id: str) -> SequenceData:
        """One sequence."""
        return await self._send(Call("GET", f"/sequences/{segment('sequence_id', sequence_id)}", key=self._world.key))

    @operation
    async def update(self, sequence_id: str, variables: Mapping[str, str | None]) -> SequenceData:
        """Sets and (with None) removes variables, and returns the sequence."""
        return await self._write("PATCH", sequence_id, "", {"variables": variables})

    @operation
    async def pause(self, sequence_id: str, paused_until: TimeValue) -> SequenceData:
        """Pauses a sequence and returns it."""
        body = {"paused_until": timestamp("sequences.pause", paused_until)}
        return await self._write("POST", sequence_id, "/pause", body)

    @operation
    async def resume(self, sequence_id: str) -> SequenceData:
        """Resumes a sequence and returns it."""
        return await self._write("POST", sequence_id, "/resume")

    @operation
    async def stop(self, sequence_id: str, reason: str = "WIN", scope: str = "CONTACT") -> SequenceData:
        """Stops a sequence, with those of the same contact or company, and returns it."""
        return await self._write("POST", sequence_id, "/stop", {"reason": reason, "scope": scope})

    async def _template(self, name: str) -> str:
        """The id of the template with a name. Raises ArgumentError where it is none, and NotFoundError."""
        if not isinstance(name, str) or not name:
            raise ArgumentError(f"sequences.create takes template= as a name or an id, not {shown(name)}.")
        known: list[dict[str, str]] = []
        words = {"name": "template"}
        for query in ({"name": name}, {"size": _MOST_NAMED}):
            call = Call[ListData[dict[str, str]]](
                "GET", "/sequence-templates", query=query, key=self._world.key, words=words
            )
            known = (await self._send(call))["items"]
            if found := next((one for one in known if one["name"] == name), None):
                return found["id"]
        names = ", ".join(one["name"] or one["id"] for one in known) or "none"
        raise NotFoundError(f"This world has no template={shown(name)}; there are {names}.")

    async def _write(self, method: str, sequence_id: str, verb: str, body: Any = None) -> SequenceData:
        path = f"/sequences/{segment('sequence_id', sequence_id)}{verb}"
        return await self._send(Call(method, path, body, key=self._world.key))


class WorldSequences(SequenceMethods, Synchronous): ...


class AsyncWorldSequences(SequenceMethods, Asynchronous): ...

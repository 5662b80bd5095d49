"""The sequences of a world: made through the control API, read and changed through the public one."""

import re
from collections.abc import Mapping
from typing import Any, Final

from .calls import Asynchronous, Call, Steps, Synchronous, WorldPart, operation
from .data import SequenceData
from .errors import NotFoundError
from .values import TimeValue, given, segment, timestamp

_PAGE: Final = 100
_MOST_NAMED: Final = 10
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class SequenceMethods(WorldPart):
    """The sequences of one world.

    `list` and `get` leave no trace: neither faults nor the world's limit nor the journal concern them. `update`, `pause`,
    `resume` and `stop` are calls of the public API like those of the code under test, and are in the journal with them.
    """

    @operation
    def create(
        self,
        status: str | None = None,
        *,
        company: str | None = None,
        contact: str | None = None,
        template: str | None = None,
        variables: Mapping[str, str] | None = None,
        paused_until: TimeValue | None = None,
        created_at: TimeValue | None = None,
    ) -> Steps[SequenceData]:
        """Enrols a contact and returns the sequence, in any status. What is not named is found in the world, or made.

        The contact is the one with the id `contact`, else one without a sequence; with `company`, a domain such as
        "acorn.example", one who works there. `template` is an id or a name; unless given, it is the first ACTIVE one. A
        sequence that is WAITING_FOR_LEAD wakes at `paused_until`, in a week unless given.
        """
        named = template is not None and not _ID.fullmatch(str(template))
        template_id = (yield from self._template(str(template))) if named else template
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
        sequence: SequenceData = yield Call("POST", "/sequences", body, words=words)
        return sequence

    @operation
    def list(self, /, status: str | None = None, **filters: Any) -> Steps[list[SequenceData]]:
        """All sequences that match, oldest first; `filters` are those of the public API, such as `created_at_after=`."""
        found: list[SequenceData] = []
        page: dict[str, Any] = {"has_more": True}
        while page["has_more"]:
            number = len(found) // _PAGE + 1
            query = given({**filters, "status": status, "size": _PAGE, "page": number})
            page = yield Call("GET", "/sequences", query=query, key=self._world.key)
            found += page["items"]
        return found

    @operation
    def get(self, sequence_id: str) -> Steps[SequenceData]:
        """One sequence."""
        sequence: SequenceData = yield Call("GET", f"/sequences/{segment(sequence_id)}", key=self._world.key)
        return sequence

    @operation
    def update(self, sequence_id: str, variables: Mapping[str, str | None]) -> Steps[SequenceData]:
        """Sets and (with None) removes variables, and returns the sequence."""
        sequence: SequenceData = yield self._write("PATCH", sequence_id, "", {"variables": variables})
        return sequence

    @operation
    def pause(self, sequence_id: str, paused_until: TimeValue) -> Steps[SequenceData]:
        """Pauses a sequence and returns it."""
        body = {"paused_until": timestamp("sequences.pause", paused_until)}
        sequence: SequenceData = yield self._write("POST", sequence_id, "/pause", body)
        return sequence

    @operation
    def resume(self, sequence_id: str) -> Steps[SequenceData]:
        """Resumes a sequence and returns it."""
        sequence: SequenceData = yield self._write("POST", sequence_id, "/resume")
        return sequence

    @operation
    def stop(self, sequence_id: str, reason: str = "WIN", scope: str = "CONTACT") -> Steps[SequenceData]:
        """Stops a sequence, with those of the same contact or company, and returns it."""
        sequence: SequenceData = yield self._write("POST", sequence_id, "/stop", {"reason": reason, "scope": scope})
        return sequence

    def _template(self, name: str) -> Steps[str]:
        """The id of the template with a name."""
        known: list[dict[str, str]] = []
        for query in ({"name": name}, {"size": _MOST_NAMED}):
            known = (yield Call("GET", "/sequence-templates", query=query, key=self._world.key))["items"]
            if found := next((one for one in known if one["name"] == name), None):
                return found["id"]
        names = ", ".join(one["name"] or one["id"] for one in known) or "none"
        raise NotFoundError(f"This world has no template={name!r}; there are {names}.")

    def _write(self, method: str, sequence_id: str, verb: str, body: Any = None) -> Call:
        return Call(method, f"/sequences/{segment(sequence_id)}{verb}", body, key=self._world.key)


class WorldSequences(SequenceMethods, Synchronous):
    """The sequences of one world."""


class AsyncWorldSequences(SequenceMethods, Asynchronous):
    """The sequences of one world, for asyncio."""

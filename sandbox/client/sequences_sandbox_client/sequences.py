"""The sequences of a world: made through the control API, read and changed through the public one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .calls import Asynchronous, Call, Steps, Synchronous, WorldPart, operation
from .data import SequenceData
from .errors import NotFoundError
from .values import TimeValue, given, timestamp

_PAGE: Final = 100


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
        """Enrols a contact of the first organization and returns the sequence, in any status.

        The contact is one that the fixture has: the one with the id `contact`, else one that works at `company` (a domain
        such as "acorn.example"), else any; one without a sequence first. The control API makes no contacts, so a
        company that the fixture does not have is an error; give `sandbox.world` a fixture document that has it. `template`
        is an id or a name; unless given, it is the first ACTIVE one. A sequence that is WAITING_FOR_LEAD wakes at
        `paused_until`, in a week unless given.
        """
        organization = (yield Call("GET", "/world/export"))["organizations"][0]
        body = given({
            "organization_id": organization["id"],
            "contact_id": contact or _contact(organization, company),
            "sequence_template_id": _template(organization, template),
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
        sequence: SequenceData = yield Call("GET", f"/sequences/{sequence_id}", key=self._world.key)
        return sequence

    @operation
    def update(self, sequence_id: str, variables: Mapping[str, str | None]) -> Steps[SequenceData]:
        """Sets and (with None) removes variables, and returns the sequence."""
        sequence: SequenceData = yield self._write("PATCH", sequence_id, "", {"variables": dict(variables)})
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

    def _write(self, method: str, sequence_id: str, verb: str, body: Any = None) -> Call:
        return Call(method, f"/sequences/{sequence_id}{verb}", body, key=self._world.key)


class WorldSequences(SequenceMethods, Synchronous):
    """The sequences of one world."""


class AsyncWorldSequences(SequenceMethods, Asynchronous):
    """The sequences of one world, for asyncio."""


def _contact(organization: Mapping[str, Any], company: str | None) -> str:
    """A contact that works at a company, or any; one without a sequence first."""
    busy = {sequence.get("contact_id") for sequence in organization.get("sequences", ())}
    contacts = organization.get("contacts", ())
    fitting = [one["id"] for one in contacts if company in (None, one.get("company_domain"))]
    if not fitting:
        raise NotFoundError(_no_contact(company, sorted(_companies(contacts))))
    return str(next((one for one in fitting if one not in busy), fitting[0]))


def _no_contact(company: str | None, known: list[str]) -> str:
    if company is None:
        return "This world has no contact; add one to its fixture."
    others = f"there are {', '.join(known[:10])}" if known else "no contact has a company"
    return f"No contact of this world works at company={company!r}; {others}. Add one to its fixture, or name another."


def _companies(contacts: Any) -> Iterator[str]:
    return (domain for domain in {one.get("company_domain") for one in contacts} if domain)


def _template(organization: Mapping[str, Any], wanted: str | None) -> str:
    """A template by id or name, or the first ACTIVE one."""
    templates = organization.get("sequence_templates", ())
    for one in templates:
        if wanted in (one["id"], one.get("name")) if wanted is not None else one.get("status", "ACTIVE") == "ACTIVE":
            return str(one["id"])
    names = ", ".join(str(one.get("name") or one["id"]) for one in templates[:10])
    what = "no ACTIVE template" if wanted is None else f"no template={wanted!r}"
    raise NotFoundError(f"This world has {what}; there are {names or 'none'}. Add one to its fixture, or name another.")

"""A private world: its URL and keys for the code under test, and its controls for the test."""

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import httpx

from .clock import Clock
from .errors import SandboxNotStarted, UnauthorizedError
from .faults import Faults
from .journal import Journal
from .shapes import Diff, HistoryEntry, Run, Snapshot
from .snapshots import Snapshots
from .transport import Control, on_this_machine
from .values import Instant, given, moment

_READ, _WRITE = "sequences:read", "sequences:write"
_Scopes = Set[str]


class World:
    """A world that the key opens. As a context manager it is removed when left."""

    def __init__(self, http: httpx.Client, base_url: str, description: Mapping[str, Any]) -> None:
        self.id: str = description["id"]
        self.url = base_url
        self.organizations: list[Mapping[str, Any]] = list(description["organizations"])
        self._http = http
        self._control = Control(http, self._token("a key", lambda held: True))
        self.clock = Clock(self._control)
        self.faults = Faults(self._control)
        self.journal = Journal(self._control)
        self.snapshots = Snapshots(self._control)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.delete()

    @property
    def key(self) -> str:
        """A key of the first organization that reads and writes."""
        return self._token("a key that reads and writes", lambda held: {_READ, _WRITE} <= held)

    @property
    def read_key(self) -> str:
        """A key that reads and does not write."""
        return self._token("a key that only reads", lambda held: _READ in held and _WRITE not in held)

    @property
    def write_key(self) -> str:
        """A key that writes and does not read."""
        return self._token("a key that only writes", lambda held: _WRITE in held and _READ not in held)

    @property
    def noscope_key(self) -> str:
        """A key without any scope."""
        return self._token("a key without scopes", lambda held: not held)

    @property
    def other_key(self) -> str:
        """A key of another organization that reads and writes."""
        return self._token("a second organization's key", lambda held: {_READ, _WRITE} <= held, self.organizations[1:])

    def client(self, key: str | None = None, **settings: Any) -> httpx.Client:
        """An httpx client of the public API, with the world's key unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.key}", **settings.pop("headers", {})}
        settings.setdefault("trust_env", not on_this_machine(httpx.URL(self.url)))
        return httpx.Client(base_url=self.url, headers=headers, **settings)

    def describe(self) -> dict[str, Any]:
        """The world as it is: clock, organizations, runs by status; no tokens."""
        description: dict[str, Any] = self._control("GET", "/world")
        return description

    def enrol(
        self,
        contact_id: str,
        sequence_template_id: str,
        *,
        organization_id: str | None = None,
        status: str | None = None,
        variables: Mapping[str, str] | None = None,
        source_contact_list_id: str | None = None,
        created_at: Instant | None = None,
    ) -> Run:
        """Enrols a contact and returns the run."""
        body = {
            "contact_id": contact_id, "sequence_template_id": sequence_template_id, "organization_id": organization_id,
            "status": status, "variables": variables, "source_contact_list_id": source_contact_list_id,
            "created_at": None if created_at is None else moment(created_at),
        }  # fmt: skip
        run: Run = self._control("POST", "/sequences", body=given(body))
        return run

    def event(self, sequence_id: str, event: str) -> Run:
        """Carries out an event of the engine, such as "answer" or "fail", and returns the run."""
        run: Run = self._control("POST", f"/sequences/{sequence_id}/events", body={"event": event})
        return run

    def history(self, sequence_id: str) -> list[HistoryEntry]:
        """What happened to a run, oldest first."""
        entries_: list[HistoryEntry] = self._control("GET", f"/sequences/{sequence_id}/history")["items"]
        return entries_

    def delete_contact(self, contact_id: str) -> None:
        """Deletes a contact's record."""
        self._control("DELETE", f"/contacts/{contact_id}")

    def snapshot(self, name: str = "snapshot") -> Snapshot:
        """Keeps the state under a name."""
        return self.snapshots.save(name)

    def restore(self, name: str = "snapshot") -> None:
        """Returns to a snapshot."""
        self.snapshots.restore(name)

    def diff(self, name: str = "snapshot") -> Diff:
        """Runs added, removed and changed since a snapshot."""
        return self.snapshots.diff(name)

    def reset(self) -> None:
        """Begins anew, with the same keys."""
        self._control("POST", "/world/reset")

    def export(self) -> dict[str, Any]:
        """The world as a fixture document, without tokens."""
        document: dict[str, Any] = self._control("GET", "/world/export")
        return document

    def rate_limit(self, limit: int, per_seconds: int, *, burst: int | None = None) -> None:
        """Limits each key to so many calls in so many seconds, `burst` at once at most."""
        self._control("PUT", "/rate-limit", body=given({"limit": limit, "per_seconds": per_seconds, "burst": burst}))

    def no_rate_limit(self) -> None:
        """Removes the limit."""
        self._control("DELETE", "/rate-limit")

    def delete(self) -> None:
        """Removes the world; its keys open nothing any more. One that is gone already is no error."""
        with suppress(UnauthorizedError, SandboxNotStarted):
            self._control("DELETE", "/world")

    def _token(
        self,
        wanted: str,
        fits: Callable[[_Scopes], bool],
        organizations: Sequence[Mapping[str, Any]] | None = None,
    ) -> str:
        for organization in self.organizations[:1] if organizations is None else organizations:
            for key in organization["api_keys"]:
                if fits(set(key["scopes"])):
                    return str(key["token"])
        raise LookupError(f"This world's fixture has not {wanted}; add one to the fixture.")

"""A private world: its URL and keys for the code under test, and its controls for the test."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from .parts import Clock, Faults, Instant, Journal, Snapshots, given, moment
from .transport import JSON, Control

_READ, _WRITE = "sequences:read", "sequences:write"


class World:
    """A world that the key opens. As a context manager it is removed when left."""

    def __init__(self, http: httpx.Client, base_url: str, description: Mapping[str, Any]) -> None:
        self.id: str = description["id"]
        self.url = base_url
        self.organizations: list[Mapping[str, Any]] = list(description["organizations"])
        self._http = http
        self._control = Control(http, self.key)
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
        return self._token({_READ, _WRITE}, set())

    @property
    def read_key(self) -> str:
        """A key that only reads."""
        return self._token({_READ}, {_WRITE})

    @property
    def write_key(self) -> str:
        """A key that only writes."""
        return self._token({_WRITE}, {_READ})

    @property
    def noscope_key(self) -> str:
        """A key without any scope."""
        return self._token(set(), {_READ, _WRITE})

    @property
    def other_key(self) -> str:
        """A key of another organization that reads and writes."""
        return self._token({_READ, _WRITE}, set(), self.organizations[1:])

    def client(self, key: str | None = None, **settings: Any) -> httpx.Client:
        """An httpx client of the public API, with the world's key unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, **settings)

    def describe(self) -> JSON:
        """The world as it is: clock, organizations, runs by status."""
        return self._control("GET", "/world")

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
    ) -> JSON:
        """Enrols a contact and returns the run."""
        body = {
            "contact_id": contact_id, "sequence_template_id": sequence_template_id, "organization_id": organization_id,
            "status": status, "variables": variables, "source_contact_list_id": source_contact_list_id,
            "created_at": None if created_at is None else moment(created_at),
        }  # fmt: skip
        return self._control("POST", "/sequences", body=given(body))

    def event(self, sequence_id: str, event: str) -> JSON:
        """Carries out an event of the engine, such as "answer" or "fail", and returns the run."""
        return self._control("POST", f"/sequences/{sequence_id}/events", body={"event": event})

    def history(self, sequence_id: str) -> JSON:
        """What happened to a run, oldest first."""
        return self._control("GET", f"/sequences/{sequence_id}/history")["items"]

    def delete_contact(self, contact_id: str) -> None:
        """Deletes a contact's record."""
        self._control("DELETE", f"/contacts/{contact_id}")

    def snapshot(self, name: str = "snapshot") -> str:
        """Keeps the state under a name, and returns the name."""
        self._control("PUT", f"/snapshots/{name}")
        return name

    def restore(self, name: str = "snapshot") -> None:
        """Returns to a snapshot."""
        self._control("POST", f"/snapshots/{name}/restore")

    def reset(self) -> None:
        """Begins anew, with the same keys."""
        self._control("POST", "/world/reset")

    def export(self) -> JSON:
        """The world as a fixture document."""
        return self._control("GET", "/world/export")

    def rate_limit(self, limit: int, per_seconds: int, burst: int | None = None) -> None:
        """Limits each key to so many calls in so many seconds."""
        self._control("PUT", "/rate-limit", body=given({"limit": limit, "per_seconds": per_seconds, "burst": burst}))

    def no_rate_limit(self) -> None:
        """Removes the limit."""
        self._control("DELETE", "/rate-limit")

    def delete(self) -> None:
        """Removes the world; its keys open nothing any more."""
        self._control("DELETE", "/world")

    def _token(
        self, with_scopes: set[str], without: set[str], organizations: Iterable[Mapping[str, Any]] | None = None
    ) -> str:
        for organization in organizations if organizations is not None else self.organizations:
            for key in organization["api_keys"]:
                held = set(key["scopes"])
                if with_scopes <= held and not held & without and "token" in key:
                    return str(key["token"])
        wanted = " and ".join(sorted(with_scopes)) or "no scope"
        raise LookupError(f"This world's fixture has no key with {wanted} alone; add one to the fixture.")

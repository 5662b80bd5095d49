"""A private world: its URL and keys for the code under test, and its controls for the test."""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Self

import httpx

from .calls import Asynchronous, Call, Sender, Synchronous, at_once, operation
from .clock import AsyncWorldClock, WorldClock
from .data import DiffData, HistoryData, ListData, SequenceData, SnapshotData
from .errors import NotFoundError, SandboxNotStarted, UnauthorizedError
from .faults import AsyncWorldFaults, WorldFaults
from .journal import AsyncWorldJournal, WorldJournal
from .sequences import AsyncWorldSequences, WorldSequences
from .snapshots import AsyncWorldSnapshots, SnapshotMethods, WorldSnapshots
from .transport import AsyncControlClient, ControlClient, settings_for, usable
from .values import TimeValue, given, segment, timestamp

__tracebackhide__ = True

_READ, _WRITE = "sequences:read", "sequences:write"
_Scopes = Set[str]


class WorldMethods:
    """A world: `url` and the keys are for the code under test."""

    _send: Sender

    def __init__(self, url: str, description: Mapping[str, Any]) -> None:
        self.id: str = description["id"]
        self.name: str = description["name"]
        self.url = url
        self.organizations: list[Mapping[str, Any]] = list(description["organizations"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} {self.id} at {self.url}>"

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

    @operation
    async def describe(self) -> dict[str, Any]:
        """The world as it is: clock, organizations, counts; no tokens."""
        return await self._send(Call("GET", "/world"))

    @operation
    async def enrol(
        self,
        contact_id: str,
        sequence_template_id: str,
        *,
        organization_id: str | None = None,
        status: str | None = None,
        variables: Mapping[str, str] | None = None,
        source_contact_list_id: str | None = None,
        created_at: TimeValue | None = None,
    ) -> SequenceData:
        """Enrols a contact, by ids, and returns the sequence. `sequences.create` finds the ids by itself."""
        chosen = given({
            "organization_id": organization_id, "status": status, "variables": variables,
            "source_contact_list_id": source_contact_list_id,
            "created_at": timestamp("world.enrol(created_at=...)", created_at),
        })  # fmt: skip
        body = {"contact_id": contact_id, "sequence_template_id": sequence_template_id, **chosen}
        return await self._send(Call("POST", "/sequences", body))

    @operation
    async def event(self, sequence_id: str, event: str) -> SequenceData:
        """Applies an event of the engine, such as "answer" or "fail", and returns the sequence."""
        return await self._send(
            Call("POST", f"/sequences/{segment('sequence_id', sequence_id)}/events", {"event": event})
        )

    @operation
    async def history(self, sequence_id: str) -> list[HistoryData]:
        """What happened to a sequence, oldest first."""
        path = f"/sequences/{segment('sequence_id', sequence_id)}/history"
        return (await self._send(Call[ListData[HistoryData]]("GET", path)))["items"]

    @operation
    async def delete_contact(self, contact_id: str) -> None:
        """Deletes a contact; its sequences stay."""
        await self._send(Call("DELETE", f"/contacts/{segment('contact_id', contact_id)}"))

    @operation
    async def snapshot(self, name: str = "snapshot") -> SnapshotData:
        """Saves the state under a name."""
        return await SnapshotMethods.save.coroutine(self, name)

    @operation
    async def restore(self, name: str = "snapshot") -> None:
        """Returns to a snapshot."""
        await SnapshotMethods.restore.coroutine(self, name)

    @operation
    async def diff(self, name: str = "snapshot") -> DiffData:
        """The documents that were added, removed and changed since a snapshot."""
        return await SnapshotMethods.diff.coroutine(self, name)

    @operation
    async def reset(self) -> None:
        """Returns to the first state, with the same keys."""
        await self._send(Call("POST", "/world/reset"))

    @operation
    async def export(self) -> dict[str, Any]:
        """The world as a fixture document, without tokens."""
        return await self._send(Call("GET", "/world/export"))

    @operation
    async def rate_limit(self, limit: int, per_seconds: int, *, burst: int | None = None) -> None:
        """Limits each key to so many calls in so many seconds, `burst` at once at most."""
        body = {"limit": limit, "per_seconds": per_seconds, **given({"burst": burst})}
        await self._send(Call("PUT", "/rate-limit", body))

    @operation
    async def no_rate_limit(self) -> None:
        """Removes the limit."""
        await self._send(Call("DELETE", "/rate-limit"))

    @operation
    async def delete(self) -> None:
        """Removes the world; its keys open nothing any more. One that is gone already is no error."""
        try:
            await self._send(Call("DELETE", "/world"))
        except (UnauthorizedError, SandboxNotStarted):
            return

    def _any_token(self) -> str:
        return self._token("a key", lambda held: True)

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
        raise NotFoundError(f"The fixture of this world does not have {wanted}; add one to it.")

    def _client_settings(self, key: str | None, settings: Mapping[str, Any]) -> dict[str, Any]:
        token = self.key if key is None else usable(key)
        headers = {"Authorization": f"Bearer {token}", **settings.get("headers", {})}
        # A transport that was given stands for any proxy too.
        ours = {} if "transport" in settings else settings_for(httpx.URL(self.url))
        return {"base_url": self.url, **ours, **settings, "headers": headers}


class World(WorldMethods, Synchronous):
    """A world that the key opens. As a context manager it is removed when left."""

    def __init__(self, http: httpx.Client, url: str, description: Mapping[str, Any]) -> None:
        super().__init__(url, description)
        self._send = at_once(ControlClient(http, self._any_token()))
        self.clock = WorldClock(self)
        self.faults = WorldFaults(self)
        self.journal = WorldJournal(self)
        self.sequences = WorldSequences(self)
        self.snapshots = WorldSnapshots(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()

    def client(self, key: str | None = None, **settings: Any) -> httpx.Client:
        """An httpx client of the public API, with the world's key unless another is given."""
        return httpx.Client(**self._client_settings(key, settings))


class AsyncWorld(WorldMethods, Asynchronous):
    """A world for asyncio: its methods are awaited. As an asynchronous context manager it is removed when left."""

    def __init__(self, http: httpx.AsyncClient, url: str, description: Mapping[str, Any]) -> None:
        super().__init__(url, description)
        self._send = AsyncControlClient(http, self._any_token())
        self.clock = AsyncWorldClock(self)
        self.faults = AsyncWorldFaults(self)
        self.journal = AsyncWorldJournal(self)
        self.sequences = AsyncWorldSequences(self)
        self.snapshots = AsyncWorldSnapshots(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.delete()

    def client(self, key: str | None = None, **settings: Any) -> httpx.AsyncClient:
        """An httpx client of the public API, with the world's key unless another is given."""
        return httpx.AsyncClient(**self._client_settings(key, settings))

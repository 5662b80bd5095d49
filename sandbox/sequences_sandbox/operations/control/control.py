"""What the control API works on: the worlds, how new ones are made, and how a world is described."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...domain.clock import Clock
from ...domain.errors import BusinessIssue, NotFoundIssue
from ...domain.limits import Limits, VisitorLimits
from ...domain.timestamps import format_timestamp
from ...fixtures import FixtureText
from ...fixtures.fixture import Fixture
from ...metrics.prometheus import Metrics
from ...resources import RESOURCES
from ...resources.organizations import ORGANIZATIONS
from ...resources.sequences.model import RUNS, Run
from ...store.records import KeyRecord
from ...traffic.paces import Paces
from ...traffic.rate_limits import RateLimit
from ...worlds.factory import WorldFactory
from ...worlds.snapshots import SNAPSHOTS
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller, TakesLongError, Worlds
from .known_names import KnownNames

SMALL_WORLD_BYTES: Final = 1 << 20
"""How large a world may be that is made, or begun anew, while others wait: a few milliseconds."""

Keys = Iterable[tuple[str | None, KeyRecord]]


@dataclass(frozen=True, slots=True)
class Control:
    """The services behind the control API. `fixture` is the default world's; `read` takes a name, a text or a document;
    `paces` are how fast the visitors of each address make worlds; `operations` and `base_path` are the contract's; `limit`
    is the operator's; the journal keeps the `headers` of requests."""

    worlds: Worlds
    factory: WorldFactory
    fixture: Fixture
    default_world: str
    visitors: VisitorLimits
    paces: Paces
    document: Mapping[str, Any]
    wall: Callable[[], int]
    started_wall: int
    read: Callable[[str | FixtureText | Mapping[str, Any], Limits | None], Fixture]
    operations: Sequence[str]
    base_path: str
    limit: RateLimit | None
    headers: frozenset[bytes]
    metrics: Metrics

    def let_others_first(self, caller: Caller) -> None:
        """Raises TakesLongError where others wait, and to keep the caller's world or begin it anew takes a while, by its
        size."""
        world = caller.world
        if caller.others_wait and world is not None:
            size = max(self.worlds.seeds.fixture_of(world.record).size, world.sizes.counted or 0)
            if size > SMALL_WORLD_BYTES:
                raise TakesLongError

    def world(self, tx: Transaction, keys: Keys | None = None) -> dict[str, Any]:
        """The description of a world; keys with their tokens only where they were just made."""
        record, counts = tx.world.record, _counts(tx)
        shown = [(None, key) for key in self.worlds.store.keys(record.id)] if keys is None else list(keys)
        return {
            "id": record.id,
            "name": record.name,
            "fixture": record.fixture,
            "created_at": format_timestamp(record.created_wall),
            "expires_at": None if tx.world.expires_wall is None else format_timestamp(tx.world.expires_wall),
            "ends_at": None if record.lifetime is None else format_timestamp(record.created_wall + record.lifetime),
            "limits": _limits(tx.limits),
            "clock": clock_of(tx),
            "organizations": [
                {
                    "id": organization.id,
                    "name": organization.name,
                    "api_keys": [_key(token, key) for token, key in shown if key.organization_id == organization.id],
                    "counts": counts[organization.id],
                }
                for organization in tx.values(ORGANIZATIONS.kind)
            ],
        }

    def listed_world(self, tx: Transaction) -> dict[str, Any]:
        """The description of a world for the operator, with its last use and its size."""
        used = tx.world.used_wall
        documents = tx.world.documents
        kept = sum(len(of_kind) for one in documents.get(SNAPSHOTS, {}).values() for of_kind in one.documents.values())
        return {
            **self.world(tx),
            "last_used_at": None if used is None else format_timestamp(used),
            "size": sum(map(len, documents.values())) + kept,
        }

    def delete(self, world_id: str) -> None:
        """Removes a world. Raises BusinessIssue for the default world, NotFoundIssue where there is none."""
        if world_id == self.default_world:
            raise BusinessIssue(
                "The default world stays as long as the sandbox runs; reset it instead.", world_id=world_id
            )
        if not self.worlds.delete(world_id):
            raise NotFoundIssue(f"There is no world {world_id}.", field="world_id", value=world_id)

    def names(self, world_id: str) -> KnownNames:
        """The names that a match can hold in a world."""
        keys = self.worlds.store.keys(world_id)
        names, ids = (key.name for key in keys), (key.id for key in keys)
        return KnownNames(self.operations, names, ids, self.headers, self.base_path)


def clock_of(tx: Transaction) -> dict[str, Any]:
    """A world's clock, and what falls due next."""
    due = tx.next_due()
    next_due = None if due is None else due_fields(tx, *due)
    clock: Clock = tx.moment.clock
    return {"now": format_timestamp(clock.now(tx.world.wall)), "frozen": clock.frozen, "next_due": next_due}


def due_fields(tx: Transaction, at: int, run: Run) -> dict[str, Any]:
    """What falls due for a run, and when, as it is shown."""
    event = tx.world.schedule.due_event(run, tx.steps_of(run))
    return {"at": format_timestamp(at), "event": event, "sequence_id": run.id}


def _counts(tx: Transaction) -> dict[str, dict[str, int]]:
    """By organization, how many documents of each kind it has, and how many runs in each status."""
    documents = tx.world.documents
    counts: dict[str, Counter[str]] = {owner: Counter() for owner in documents.get(ORGANIZATIONS.kind, {})}
    for kind in RESOURCES:
        for document in documents.get(kind, {}).values() if kind != ORGANIZATIONS.kind else ():
            counts[document.organization_id][kind] += 1
            if kind == RUNS.kind:
                counts[document.organization_id][document.status] += 1
    order = [kind for kind in RESOURCES if kind != ORGANIZATIONS.kind] + list(tx.world.schedule.lifecycle.statuses)
    return {owner: {name: found[name] for name in order if found[name]} for owner, found in counts.items()}


def _limits(limits: Limits) -> dict[str, int | None]:
    return {
        "runs": limits.runs,
        "variable_characters": limits.text,
        "document_bytes": limits.document_bytes,
        "snapshots": limits.snapshots,
        "snapshot_bytes": limits.snapshot_bytes,
        "faults": limits.faults,
    }


def _key(token: str | None, key: KeyRecord) -> dict[str, Any]:
    shown = {"id": key.id, "name": key.name, "scopes": sorted(key.scopes)}
    return shown if token is None else {**shown, "token": token}

"""The row of a world: what the store keeps about it beside its state."""

from dataclasses import dataclass
from typing import Final

from psycopg.rows import TupleRow

from ...domain.clock import Clock
from ...domain.lifecycle import Lifecycle
from ...resources.sequences.schedule import Schedule
from ..base import Moment, WorldRecord
from . import states
from .bases import Bases, Begun
from .channels import CHANNEL, PostgresChannels
from .database import Conn
from .present import DATABASE_CLOCK, Present
from .snapshots import Snapshots

_COLUMNS: Final = (
    "id, base, state, owns_state, settled_wall, name, fixture, birth, anchored, frozen, created_wall, ttl, public, seed,"
    " clock_wall, clock_world, clock_frozen"
)
_FIRST_DUE: Final = (
    "SELECT due_at FROM runs WHERE runs.state = worlds.state AND due_at IS NOT NULL ORDER BY due_at, id LIMIT 1"
)
_FIND: Final = f"SELECT {_COLUMNS}, {DATABASE_CLOCK}, ({_FIRST_DUE}), {CHANNEL} FROM worlds WHERE id = %s"
_ALL: Final = f"SELECT {_COLUMNS}, 0, NULL, false FROM worlds ORDER BY number"
_MOMENT: Final = f"SELECT birth, seed, clock_wall, clock_world, clock_frozen, {CHANNEL} FROM worlds WHERE id = %s"
_LOCK: Final = "SELECT FROM worlds WHERE id = %s FOR UPDATE"
_ADD: Final = (
    f"INSERT INTO worlds ({_COLUMNS}, used_wall) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
    " %s, %s)"
)
_CHANGE: Final = (
    "UPDATE worlds SET state = %s, owns_state = %s, settled_wall = %s, birth = %s, clock_wall = %s, clock_world = %s,"
    " clock_frozen = %s WHERE id = %s"
)


@dataclass(frozen=True, slots=True)
class WorldRow:
    """A world as its row says. `wall` is the present, `next_due` when something falls due first in its state."""

    record: WorldRecord
    clock: Clock
    base: str
    state: int
    owns_state: bool
    wall: int
    next_due: int | None

    @property
    def is_due(self) -> bool:
        """Whether something has fallen due."""
        return self.next_due is not None and self.next_due <= self.clock.now(self.wall)


class WorldRows:
    """Reads and writes the rows of worlds."""

    def __init__(self, lifecycle: Lifecycle, bases: Bases, present: Present, channels: PostgresChannels) -> None:
        self._lifecycle: Final = lifecycle
        self._bases: Final = bases
        self._present: Final = present
        self._channels: Final = channels

    def find(self, connection: Conn, world_id: str) -> WorldRow:
        """A world at the present. Raises KeyError when there is none."""
        row = connection.execute(_FIND.encode(), (world_id,)).fetchone()
        if row is None:
            raise KeyError(world_id)
        self._channels.note(world_id, wanted=row[-1])
        return self._read(connection, row)

    def hold(self, connection: Conn, world_id: str) -> None:
        """Waits until no other unit holds the world, and holds it for the rest of the transaction."""
        connection.execute(_LOCK, (world_id,))

    def moment(self, connection: Conn, world_id: str, wall: int) -> Moment:
        """Where a world is at `wall`. Raises KeyError when there is none."""
        row = connection.execute(_MOMENT.encode(), (world_id,)).fetchone()
        if row is None:
            raise KeyError(world_id)
        epoch, seed, *clock, wanted = row
        self._channels.note(world_id, wanted=wanted)
        return Moment(epoch, Clock(*clock).now(wall), seed)

    def first_state(self, connection: Conn, world: WorldRow) -> int:
        """The state that the world began with."""
        return self._bases.find(connection, world.base).state

    def records(self, connection: Conn) -> list[WorldRecord]:
        """Every world, in order of creation."""
        return [self._read(connection, row).record for row in connection.execute(_ALL.encode()).fetchall()]

    def add(self, connection: Conn, record: WorldRecord, clock: Clock, begun: Begun) -> None:
        """Adds a world that points at what it begins with, or at a copy of that where it is large."""
        large = states.is_large(connection, begun.state)
        state = states.copied(connection, begun.state) if large else begun.state
        connection.execute(
            _ADD.encode(),
            (
                *(
                    record.id,
                    begun.id,
                    state,
                    large,
                    record.created_wall,
                    record.name,
                    record.fixture,
                    record.epoch,
                ),
                *(record.fixed_epoch, record.frozen, record.created_wall, record.ttl, record.public, record.seed),
                *(clock.wall, clock.world, clock.frozen, record.created_wall),
            ),
        )

    def remove(self, connection: Conn, world: WorldRow) -> None:
        """Removes a world and its snapshots, and the states that they alone pointed at."""
        left = Snapshots(connection, world.record.id).clear()
        connection.execute("DELETE FROM worlds WHERE id = %s", (world.record.id,))
        states.release(connection, [world.state, *left])
        self._bases.release(connection, world.base)

    def change(self, connection: Conn, world: WorldRow) -> None:
        """Writes what can change, and that the world was settled at its present."""
        clock = world.clock
        connection.execute(
            _CHANGE,
            (
                *(world.state, world.owns_state, world.wall, world.record.epoch),
                *(clock.wall, clock.world, clock.frozen, world.record.id),
            ),
        )

    def _read(self, connection: Conn, row: TupleRow) -> WorldRow:
        world_id, base, state, owns_state, settled_wall, *of_record = row[:14]
        name, fixture, epoch, fixed_epoch, frozen, created_wall, ttl, public, seed = of_record
        told_wall, next_due, _ = row[17:]
        begun = self._bases.find(connection, base)
        record = WorldRecord(
            id=world_id,
            name=name,
            fixture=fixture,
            epoch=epoch,
            fixed_epoch=fixed_epoch,
            frozen=frozen,
            created_wall=created_wall,
            ttl=ttl,
            public=public,
            seed=seed,
            organizations=begun.organizations,
            schedule=Schedule(self._lifecycle, begun.static),
        )
        # Another machine's clock may have been ahead; within a world the present never goes back.
        wall = max(self._present.instead_of(told_wall), settled_wall)
        return WorldRow(record, Clock(*row[14:17]), base, state, owns_state, wall, next_due)

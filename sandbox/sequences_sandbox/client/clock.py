"""The world's time, to read and to move. It goes forward only."""

from datetime import datetime

from .shapes import Advance, Due
from .transport import Control
from .values import Duration, Instant, duration, moment


class Clock:
    """The clock of one world."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """The world's time at present, in UTC."""
        return datetime.fromisoformat(self._control("GET", "/clock")["now"])

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return bool(self._control("GET", "/clock")["frozen"])

    @property
    def next_due(self) -> Due | None:
        """What falls due next, or None."""
        due: Due | None = self._control("GET", "/clock")["next_due"]
        return due

    def advance(self, by: Duration) -> Advance:
        """Moves time forward by a duration such as "P2D", "PT1H30M" or a timedelta; returns what happened on the way."""
        return self._advance({"by": duration(by)})

    def advance_to(self, instant: Instant) -> Advance:
        """Moves time forward to an instant; returns what happened on the way."""
        return self._advance({"to": moment(instant)})

    def next(self) -> Advance:
        """Moves time to what falls due next; returns what happened. With nothing due, the clock stays."""
        return self._advance({"next": True})

    def freeze(self) -> None:
        """Holds time still. It can be advanced all the same."""
        self._control("PATCH", "/clock", body={"frozen": True})

    def run(self) -> None:
        """Lets time run again."""
        self._control("PATCH", "/clock", body={"frozen": False})

    def _advance(self, body: dict[str, object]) -> Advance:
        reached: Advance = self._control("POST", "/clock/advance", body=body)
        return reached

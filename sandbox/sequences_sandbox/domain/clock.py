"""A world's clock as a frozen value. Time is an argument: this file never asks the machine what time it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """The time in a world as a function of the time of its store (`wall`), both in microseconds since 1970.

    At `wall` it was `shown` in the world. From there the clock runs with real time, or stands still.
    """

    wall: int
    shown: int
    frozen: bool = False

    def now(self, wall: int) -> int:
        """The time in the world at `wall`. A wall clock that was set back holds the world's still, never turns it back."""
        return self.shown if self.frozen else self.shown + max(0, wall - self.wall)

    def at(self, shown: int, wall: int) -> "Clock":
        """This clock set to `shown`."""
        return Clock(wall, shown, self.frozen)

    def freeze(self, wall: int) -> "Clock":
        """This clock standing still from now on."""
        return Clock(wall, self.now(wall), True)

    def unfreeze(self, wall: int) -> "Clock":
        """This clock running from now on."""
        return Clock(wall, self.now(wall), False)

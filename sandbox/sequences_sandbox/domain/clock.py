"""A world's clock as a frozen value. Time is an argument: this file never asks the machine what time it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """World time (microseconds since the world's birth) as a function of the machine's time.

    At `wall` on the machine it was `world` in the world. From there it runs with real time, or stands still.
    """

    wall: int
    world: int = 0
    frozen: bool = False

    def now(self, wall: int) -> int:
        """World time at `wall`. A machine's clock that was set back holds the world's still, never turns it back."""
        return self.world if self.frozen else self.world + max(0, wall - self.wall)

    def at(self, world: int, wall: int) -> "Clock":
        """This clock set to `world`."""
        return Clock(wall, world, self.frozen)

    def freeze(self, wall: int) -> "Clock":
        """This clock standing still from now on."""
        return Clock(wall, self.now(wall), True)

    def run(self, wall: int) -> "Clock":
        """This clock running from now on."""
        return Clock(wall, self.now(wall), False)

"""Why the trying of a rule, or of all of them, ends early."""

from ..http.messages import Response


class Violation(Exception):
    """The target breaks the rule that is being tried."""

    def __init__(self, expected: str, got: str, responses: tuple[Response, ...] = ()) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected, self.got, self.responses = expected, got, responses


class NotExercised(Exception):
    """The rule could not be tried. `excused`: because the caller withheld something."""

    def __init__(self, reason: str, *, excused: bool = False) -> None:
        super().__init__(reason)
        self.excused = excused


class Enough(Exception):
    """The rule has judged something, and a quick run asks no more of it."""


class Untestable(Exception):
    """The target cannot be tested at all; the text says why and how to fix it."""

"""The suite's passive checks, on recorded responses."""

from collections.abc import Iterator

from ..contract.document import Contract
from ..contract.operations import Operation
from ..engine import Memory, Observation
from ..http.messages import Response
from .pages import Finding
from .tallies import Tallies


class _Memory(Memory):
    """Gateways and proxies write pages of their own: in a recording, only strict judges the form of a 5xx."""

    def binds(self, seen: Observation) -> bool:
        return super().binds(seen) and (self.strict or seen.response.status < 500)


class PassiveTallies:
    """The rules that inspect one response."""

    def __init__(self, contract: Contract, tallies: Tallies, *, strict: bool) -> None:
        self._memory = _Memory(contract, strict)
        self._passive = [one for one in tallies if one.rule.inspect is not None]

    def observe(self, response: Response) -> Observation:
        return self._memory.observe(response)

    @staticmethod
    def is_fatal(rule: str) -> bool:
        """Whether nothing more can be said about a response that breaks a rule: it is of another form altogether."""
        return rule == "shape.json" or (rule.startswith("shape.") and rule.endswith(".body"))

    def inspect(self, seen: Observation, operation: Operation, *, with_headers: bool) -> Iterator[Finding]:
        """What is wrong with a response, up to what hides the rest. Rules about headers need them recorded."""
        for one in self._passive:
            fits = one.rule.operation in (None, operation.id)
            if one.rule.inspect is None or not fits or not (with_headers or ".header." not in one.rule.id):
                continue
            try:
                result = one.rule.inspect(seen, self._memory)
            except RecursionError:
                result = "a body that can be read", "one that is nested too deeply"
            one.judged += bool(result)
            if isinstance(result, tuple):
                yield one.rule.id, *result
                if self.is_fatal(one.rule.id):
                    return

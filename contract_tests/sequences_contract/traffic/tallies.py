"""What every rule found so far in traffic, and the verdicts that this comes to."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..engine import Rule
from ..engine.verdicts import Evidence, Verdict

_MOST_EVIDENCE = 3
#: How many characters of a text are shown: of its beginning, and of its end.
_HEAD, _TAIL = 240, 120

Tell = Callable[[Rule, Evidence], None]


@dataclass
class Tally:
    """How many responses a rule judged, and the first violations."""

    rule: Rule
    judged: int = 0
    evidence: list[Evidence] = field(default_factory=list)


class Tallies:
    """A tally of each rule. `redact` takes keys out of evidence, `tell` hears of a rule at its first violation."""

    def __init__(self, rules: Iterable[Rule], redact: Callable[[str], str], tell: Tell | None = None) -> None:
        self._by_id = {rule.id: Tally(rule) for rule in rules}
        self._redact, self._tell = redact, tell

    def __iter__(self) -> Iterator[Tally]:
        return iter(self._by_id.values())

    def count(self, *names: str) -> None:
        """A response was judged by these rules, as far as there are such."""
        for name in names:
            if name in self._by_id:
                self._by_id[name].judged += 1

    def add(self, name: str, expected: str, got: str, *script: str) -> None:
        """A violation, and the script that shows it."""
        tally = self._by_id[name]
        if len(tally.evidence) < _MOST_EVIDENCE:
            evidence = Evidence(expected, got, script).with_texts(self._redact)
            evidence = replace(evidence, expected=_shortened(evidence.expected), got=_shortened(evidence.got))
            tally.evidence.append(evidence)
            if self._tell is not None and len(tally.evidence) == 1:
                self._tell(tally.rule, evidence)

    def verdicts(self) -> Iterator[Verdict]:
        """A verdict for each rule."""
        for one in self:
            if one.evidence:
                yield Verdict(one.rule, "violated", judged=max(one.judged, 1), evidence=tuple(one.evidence))
            elif one.judged:
                yield Verdict(one.rule, "passed", judged=one.judged)
            else:
                yield Verdict(one.rule, "not_exercised", "no traffic of the kind that it judges", excused=True)


def _shortened(text: str) -> str:
    """A text without its middle, if it is long. Keys are gone by then: half of one would not be known for a key."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}…{text[-_TAIL:]}"

"""How rules are declared, and the rules of a contract.

A rule about one resource is declared with the decorator that `about` returns. A rule about every operation is declared
once, with `for_each`, and made for every subject that the contract has.
"""

import importlib
import pkgutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..contract.document import Contract, load_contract
from ..contract.operations import Operation, Parameter
from ..contract.statements import Statement, load_statements
from ..engine import Check, Need, Reach, Rule, Tier

#: The folders of rules, in the order in which they are tried.
_FOLDERS = ("common", "resources", "sequences", "concurrency", "consistency", "model", "fuzz")

Select = Callable[[Contract], Iterable[tuple[Any, ...]]]
"""The subjects of a contract that a rule is made for: an operation, and perhaps a parameter or a field of it."""
Decorator = Callable[[Any], Any]
Declaration = Callable[[Contract], Iterable[Rule]]

_DECLARED: defaultdict[str, list[Declaration]] = defaultdict(list)


def declare(rules: Declaration, module: str | None = None) -> None:
    """Declares the rules that a function makes for a contract, under its module or another."""
    _DECLARED[module or rules.__module__].append(rules)


def about(tag: str, *covers: str, **defaults: Any) -> Callable[..., Callable[[Check], Check]]:
    """The decorator for rules about one tag.

    `covers` are the ids of the operations of which they say what they do, `defaults` fields that most of them share.
    """

    def rule(id_: str, sentence: str, *of: str, basis: str | None = None, **more: Any) -> Callable[[Check], Check]:
        def enter(check: Check) -> Check:
            first = _first(id_, of)
            fields = {**defaults, **more, "tag": tag, "covers": covers, "check": check}
            made = Rule(id_, sentence, of, basis or first.basis, first.at, **fields)
            declare(lambda _: (made,), check.__module__)
            return check

        return enter

    return rule


def passive(id_: str, sentence: str, *of: str, basis: str | None = None, select: Select | None = None) -> Decorator:
    """Declares the decorated function as an inspection of every response, or of those of each subject that is selected.

    For a subject the function takes it first and returns the inspection.
    """

    def enter(inspect: Any) -> Any:
        if select is None:
            first = _first(id_, of)
            made = Rule(id_, sentence, of, basis or first.basis, first.at, inspect=inspect)
            declare(lambda _: (made,), inspect.__module__)
        else:
            template = _Template(select, id_, sentence, of, lambda *s: {"inspect": inspect(*s)}, basis=basis)
            declare(template.rules, inspect.__module__)
        return inspect

    return enter


def for_each(select: Select, id_: str, sentence: str, *of: str, **options: Any) -> Decorator:
    """Declares the decorated function as the check of a rule for each subject; it takes a context and the subject.

    `{operation}` and `{part}` in id and sentence stand for the id of the operation and for the second part of the subject.
    """

    def enter(check: Any) -> Any:
        def make(*subject: Any) -> dict[str, Any]:
            return {"check": lambda context: check(context, *subject)}

        declare(_Template(select, id_, sentence, of, make, **options).rules, check.__module__)
        return check

    return enter


def tier_of(contract: Contract, operation: Operation) -> Tier:
    """What an operation does to a target: nothing, something that can be put back, or something for good."""
    if operation.reads:
        return "read"
    event = operation.event or ""
    return "stop" if any(event in one.events and one.ends(event) for one in contract.lifecycles.values()) else "write"


@dataclass(frozen=True)
class _Template:
    """A rule that is made for every subject of a contract."""

    select: Select
    id: str
    sentence: str
    of: tuple[str, ...]
    make: Callable[..., dict[str, Any]]
    tier: Callable[[Contract, Operation], Tier] = tier_of
    needs: tuple[Need, ...] = ()
    basis: str | None = None
    covers: bool = False
    reach: Reach = "collection"
    shares: Callable[[Operation], str | None] = lambda _: None

    def rules(self, contract: Contract) -> Iterable[Rule]:
        own = (self.basis or _first(self.id, self.of).basis) == "own"
        for subject in self.select(contract):
            operation, part = subject[0], subject[1] if len(subject) > 1 else None
            place = part if isinstance(part, Parameter) else operation
            words = {"operation": operation.id, "part": part.name if isinstance(part, Parameter) else part}
            yield Rule(
                self.id.format(**words), self.sentence.format(**words), self.of, "own" if own else place.basis,
                place.pointer, self.tier(contract, operation), self.needs,
                operation.tag, operation.id, (operation.id,) if self.covers else (),
                reach=self.reach, shares=self.shares(operation), **self.make(*subject),
            )  # fmt: skip


def _first(id_: str, of: tuple[str, ...]) -> Statement:
    statements = load_statements()
    unknown = [name for name in of if name not in statements]
    if unknown or not of:
        raise ValueError(f"rule {id_} names no known statement: {unknown}")
    return statements[of[0]]


def rules_of(contract: Contract) -> list[Rule]:
    """Every rule of a contract, in the order in which they are tried: those that stop runs last."""
    found: list[Rule] = []
    for folder in _FOLDERS:
        package = importlib.import_module(f"{__package__}.{folder}")
        for file in pkgutil.iter_modules(package.__path__):
            if file.name.startswith("_"):
                continue  # it declares no rule
            module = importlib.import_module(f"{package.__name__}.{file.name}").__name__
            found += [rule for declared in _DECLARED[module] for rule in declared(contract)]
    twice = [name for name, count in Counter(rule.id for rule in found).items() if count > 1]
    if twice:
        raise ValueError(f"several rules are called {', '.join(twice)}")
    return sorted(found, key=lambda rule: rule.tier == "stop")


@cache
def all_rules() -> list[Rule]:
    """Every rule of the contract that belongs to this suite."""
    return rules_of(load_contract())


def uncovered(contract: Contract) -> list[str]:
    """The operations of which no rule says what they do. That a key is needed, say, is not enough."""
    covered = {name for rule in rules_of(contract) for name in rule.covers}
    return [name for name in contract.operations if name not in covered]

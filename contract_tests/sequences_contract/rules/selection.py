"""Which rules are tried: those of the profile and of the tags, those asked for, and how a name given by a caller is read."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ..contract.document import load_contract
from ..engine import Rule
from ..engine.settings import Settings
from .registry import all_rules


def select(settings: Settings, wanted: Sequence[str] = (), skipped: Sequence[str] = ()) -> list[Rule]:
    """The rules of the profile and the tags, those asked for or all, without those to be skipped."""
    rules = [rule for rule in all_rules() if settings.strict or rule.profile == "documented"]
    rules = [rule for rule in rules if settings.wants(rule.tag)]
    if wanted:
        rules = [rule for rule in rules if any(rule.fits(name) for name in wanted)]
    return [rule for rule in rules if not any(rule.fits(name) for name in skipped)]


def unknown_rule(name: str) -> str | None:
    """Why a name means no rule at all, with the nearest that does; None when it means one."""
    if name.strip(".") and any(rule.fits(name) for rule in all_rules()):
        return None
    words = [rule.id.split(".") for rule in all_rules()]
    meant = dict.fromkeys(".".join(parts[: end + 1]) for parts in words for end in range(len(parts)))
    return f"'{name}' is no rule and begins none{_hint(name, meant, '; `sequences-contract rules` lists them')}"


def read_tag(name: str) -> str | None:
    """The contract's tag that a caller means, in any case; None when there is none."""
    return {tag.lower(): tag for tag in load_contract().tags}.get(name.lower())


def unknown_tag(name: str) -> str:
    """Why a name means no tag, with the nearest that is one."""
    tags = load_contract().tags
    known = ", ".join(tags)
    return f"there is no tag '{name}'{_hint(name.capitalize(), tags, f'; there are {known}')}"


def _hint(name: str, known: Iterable[str], otherwise: str) -> str:
    nearest = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else otherwise

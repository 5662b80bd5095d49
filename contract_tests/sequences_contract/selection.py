"""Which rules are tried: those of the profile, those asked for, and how a name given by a caller means a rule."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .rules.registry import Rule, all_rules
from .settings import Settings

if TYPE_CHECKING:
    from .bench import Bench

_TIERS = {
    "write": "it writes; pass --allow-writes",
    "stop": "it stops runs; pass --allow-writes and --allow-stops N",
}
_KEYS = {
    "read": "it needs a key that only reads; pass --read-key",
    "write": "it needs a key that only writes; pass --write-key",
    "noscope": "it needs a key without any scope; pass --noscope-key",
    "other": "it needs a key of another organization; pass --other-key",
}


def select(settings: Settings, wanted: Sequence[str] = (), skipped: Sequence[str] = ()) -> list[Rule]:
    """The rules of the profile, those asked for or all, without those to be skipped. An id may end a group: `list.`."""
    rules = [rule for rule in all_rules() if settings.strict or rule.profile == "documented"]
    if wanted:
        rules = [rule for rule in rules if any(fits(rule.id, name) for name in wanted)]
    return [rule for rule in rules if not any(fits(rule.id, name) for name in skipped)]


def fits(rule_id: str, name: str) -> bool:
    """Whether a name given by a caller means a rule: its id, or a beginning of it up to a dot."""
    return rule_id == name or rule_id.startswith(f"{name.rstrip('.')}.")


def unknown(name: str) -> str | None:
    """Why a name means no rule at all, with the nearest that does; None when it means one."""
    ids = [rule.id for rule in all_rules()]
    if name.strip(".") and any(fits(rule_id, name) for rule_id in ids):
        return None
    words = [rule_id.split(".") for rule_id in ids]
    meant = dict.fromkeys(".".join(parts[: end + 1]) for parts in words for end in range(len(parts)))
    nearest = get_close_matches(name, meant, n=1)
    hint = f"; did you mean '{nearest[0]}'?" if nearest else "; `sequences-contract rules` lists them"
    return f"'{name}' is no rule and begins none{hint}"


def withheld(rule: Rule, bench: Bench) -> str | None:
    """Why the caller's keys and tiers do not allow a rule; None when they do."""
    settings = bench.settings
    if rule.tier != "read" and not settings.allow_writes:
        return _TIERS[rule.tier]
    if rule.tier == "stop" and settings.stops < 1:
        return "it stops runs; pass --allow-stops N"
    for need in rule.needs:
        if need in _KEYS and not bench.has(need):
            return _KEYS[need]
    return None

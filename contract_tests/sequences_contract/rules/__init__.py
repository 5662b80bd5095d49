"""The rules by id. A rule is a sentence, the statements it holds a target to, and a function that tries it."""

from .registry import RULES, Need, Rule, Tier, all_rules, groups

__all__ = ["RULES", "Need", "Rule", "Tier", "all_rules", "groups"]

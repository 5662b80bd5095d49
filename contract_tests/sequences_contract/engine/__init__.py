"""How a target is judged: one session per target, a context for each rule, a verdict from each. It knows no single rule.

What rules work with can be imported from here.
"""

from .collection import NORMAL_FORMS, Collection
from .context import RuleContext
from .errors import NotExercised, Violation
from .items import Item, Page, Run, brief
from .passive_checks import OWN_STATUSES, Finding, Inspection, Memory, Observation
from .rule import Check, Need, Reach, Rule, Tier
from .run_pool import FAR
from .session import ABSENT_ID, Session
from .workers import side_by_side

__all__ = [
    "ABSENT_ID", "FAR", "NORMAL_FORMS", "OWN_STATUSES", "Check", "Collection", "Finding", "Inspection", "Item",
    "Memory", "Need", "NotExercised", "Observation", "Page", "Reach", "Rule", "RuleContext", "Run", "Session", "Tier",
    "Violation", "brief", "side_by_side",
]  # fmt: skip

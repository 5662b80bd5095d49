"""The rules that need more than one exchange, and those for clients and comparisons. All others are the suite's."""

import re

from ..contract.statements import load_statements
from ..engine import Rule
from ..rules.registry import all_rules
from .histories import AFTER_WRITE, LIFECYCLE, RESPONSE

#: What a client's request causes, a recording does not show: a 5xx is counted, and no violation.
_NOT_JUDGED = ("shape.no_server_failure",)
#: The rules about lists that one page, or pages in a row, can break.
_OF_PAGES = re.compile(
    r"list\.\w+\.(size|pages\.partition|(filter|bound|sort|rejects)\.\w+|sort\.\w+\.(by_name|ties)\.strict)"
)

#: Id, sentence and statements.
_SERVER = (
    (LIFECYCLE, "A run's status only moves along the lifecycle, and a run that has ended never returns.",
     "lifecycle.doc_rows", "stop.for_good"),
    (AFTER_WRITE, "A read shows the last write, unless another write lies between.", "get.same_object", "run.updated_at"),
    (RESPONSE, "The response to a write shows what was asked for.",
     "update.merge", "pause.until", "resume.paused", "stop.for_good"),
    ("traffic.same_item", "A response shows the item that the path names.", "get.same_object"),
)  # fmt: skip
_CLIENT = (
    ("client.parameters", "A client sends parameters that the contract has, with values that it allows.", "list.values"),
    ("client.body", "A client sends bodies that fit their schema.", "update.required", "stop.reason"),
    ("client.has_more", "A client that reads an unsorted list goes on while has_more is true, and no further.",
     "list.has_more"),
    ("client.after_end", "A client does not move a run that it has seen ended.",
     "stop.for_good", "lifecycle.others_rejected"),
)  # fmt: skip
_DRIFT = (
    ("drift.status", "The status is the one recorded.", "issue.status_code"),
    ("drift.error_type", "The type of an error is the one recorded.", "issue.type"),
    ("drift.fields", "The fields that were recorded are there.", "list.envelope", "run.ten_fields"),
    ("drift.types", "Fields have the types that were recorded.", "run.types"),
    ("drift.totals", "A list counts as many items and pages as were recorded.", "list.total_count"),
    ("drift.order", "A list has its items in the order that was recorded.", "list.sort_by"),
    ("drift.effect", "A write leads to the status that was recorded.", "lifecycle.doc_rows"),
)


def _rule(id_: str, sentence: str, *of: str) -> Rule:
    first = load_statements()[of[0]]
    return Rule(id_, sentence, of, first.basis, first.at)


SERVER_RULES = tuple(_rule(*row) for row in _SERVER)
CLIENT_RULES = tuple(_rule(*row) for row in _CLIENT)
DRIFT_RULES = tuple(_rule(*row) for row in _DRIFT)


def rules_of_traffic(*, strict: bool, client: bool) -> list[Rule]:
    """The rules that a recording can break: the passive ones of the suite, those of pages, and those above."""
    rules = [*all_rules(), *SERVER_RULES, *(CLIENT_RULES if client else ())]
    return [one for one in rules if (strict or one.profile == "documented") and _fits(one)]


def _fits(rule: Rule) -> bool:
    if rule.check is None:
        return rule.id not in _NOT_JUDGED
    return _OF_PAGES.fullmatch(rule.id) is not None

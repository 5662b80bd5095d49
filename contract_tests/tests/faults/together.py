"""Parameters of the list that are right alone and wrong in company, and defaults that hang on another parameter."""

from dataclasses import replace

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Query

planted = Catalog("list")
NAMED_BY = "list.listSequences"
DEFAULTS = {"sort_by": "created_at", "sort_order": "asc", "page": 1, "size": 10}
#: What stands for each parameter in a probe.
SHOWN = {
    "status": "status=ACTIVE", "sequence_template_id": "sequence_template_id={template}",
    "created_at_after": "created_at_after=2026-03-02T04:00:00Z",
    "created_at_before": "created_at_before=2026-03-02T08:05:00Z",
    "sort_by": "sort_by=status", "sort_order": "sort_order=desc", "page": "page=2", "size": "size=3",
}  # fmt: skip
WORDS = {name: f"the filter {name}" if name not in DEFAULTS else name for name in SHOWN}


def names(call: Call) -> set[str]:
    return {pair.partition("=")[0] for pair in call.request.query.split("&")}


def ignoring(ignored: str, with_: str) -> Altering:
    """Ignores a parameter where another one is given."""

    class IgnoringTogether(ReferenceServer):
        def read_query(self, call: Call) -> Query:
            query = super().read_query(call)
            if not {ignored, with_} <= names(call):
                return query
            if ignored in DEFAULTS:
                return replace(query, **{ignored: DEFAULTS[ignored]})
            return replace(query, filters={name: one for name, one in query.filters.items() if name != ignored})

    return IgnoringTogether


def defaulting(name: str, value: str | int, with_: str) -> Altering:
    """Has another default where another parameter is given."""

    class DefaultingTogether(ReferenceServer):
        def read_query(self, call: Call) -> Query:
            query = super().read_query(call)
            return replace(query, **{name: value}) if with_ in names(call) and name not in names(call) else query

    return DefaultingTogether


for ignored_name, with_name in (
    ("status", "sort_order"), ("status", "size"), ("status", "created_at_before"), ("sequence_template_id", "sort_by"),
    ("sequence_template_id", "size"), ("sequence_template_id", "page"), ("created_at_after", "sort_by"),
    ("created_at_after", "sort_order"), ("created_at_after", "size"), ("created_at_after", "page"),
    ("created_at_before", "sort_by"), ("created_at_before", "size"), ("created_at_before", "sequence_template_id"),
    ("sort_by", "created_at_after"), ("sort_by", "created_at_before"), ("sort_by", "size"), ("sort_by", "page"),
    ("sort_order", "status"), ("sort_order", "created_at_before"), ("sort_order", "size"), ("page", "created_at_before"),
    ("page", "sort_by"), ("size", "status"), ("size", "created_at_after"), ("size", "sort_by"), ("size", "sort_order"),
):  # fmt: skip
    planted.add(
        f"{ignored_name}_ignored_together_with_{with_name}",
        f"{WORDS[ignored_name][0].upper()}{WORDS[ignored_name][1:]} is ignored when {with_name} is given too.",
        "documented", NAMED_BY, f"GET /sequences?{SHOWN[ignored_name]}&{SHOWN[with_name]}",
        ignoring(ignored_name, with_name),
    )  # fmt: skip
for default_name, other_value, with_name in (
    ("sort_order", "desc", "sort_by"), ("sort_by", "updated_at", "sort_order"), ("sort_by", "status", "status"),
    ("sort_by", "updated_at", "created_at_after"), ("size", 25, "status"), ("size", 20, "page"), ("size", 25, "sort_by"),
    ("sort_order", "desc", "created_at_before"),
):  # fmt: skip
    planted.add(
        f"other_default_of_{default_name}_with_{with_name}",
        f"Without {default_name}, {other_value} is taken for it when {with_name} is given.",
        "documented", NAMED_BY, f"GET /sequences?{SHOWN[with_name]}", defaulting(default_name, other_value, with_name),
    )  # fmt: skip

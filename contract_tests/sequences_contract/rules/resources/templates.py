"""Sequence templates: names are compared whole, and every run points at one of them."""

from ...engine import Collection, RuleContext
from ..common.list_filters import agrees, forms_agree
from ..common.list_order import expect_nulls_first
from ..registry import about

rule = about("Sequence templates", "listSequenceTemplates", "getSequenceTemplate")
_MANY = 6


def _templates(context: RuleContext) -> Collection:
    return context.collection(context.contract.operations["listSequenceTemplates"], least=1)


@rule("templates.name.whole", "The filter name finds whole names only.", "templates.name")
def whole_name(context: RuleContext) -> None:
    found = _templates(context)
    names = found.values(found.operation.parameters["name"])[:_MANY] or context.skip(
        "no template has a name; load some"
    )
    parts = [(name[:-1] or "x", name[1:] or "x", f"{name}x", f"{name[:1]}%") for name in names]
    forms_agree(context, found.operation, "name", *zip(*parts, strict=True))


@rule("templates.name.case.strict", "The filter name heeds upper and lower case.", "templates.name", basis="own")
def case_of_name(context: RuleContext) -> None:
    found = _templates(context)
    for name in found.values(found.operation.parameters["name"])[:_MANY] or context.skip(
        "no template has a name; load some"
    ):
        agrees(context, found.operation, {"name": name.swapcase()})


@rule("templates.null_names.strict", "Templates without a name come before all others.", "templates.null_names")
def null_names(context: RuleContext) -> None:
    listing = _templates(context).operation
    if None not in {item.fields["name"] for item in _templates(context).items}:
        context.skip("every template has a name; load one without")
    expect_nulls_first(context, listing, "name")


@rule("templates.of_runs", "The template of a run can be read.", "templates.of_runs")
def of_runs(context: RuleContext) -> None:
    if not context.session.judges("Sequences"):
        context.skip("sequences are not judged", excused=True)
    for template_id in list(
        dict.fromkeys(run.template for run in context.collection(context.sequences, least=1).items)
    )[:_MANY]:
        response = context.send(context.contract.operations["getSequenceTemplate"], template_id)
        context.expect(response, 200, why="for the template of a run")

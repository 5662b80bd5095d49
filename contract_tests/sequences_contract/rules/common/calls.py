"""How rules about every operation call one: with an item in a fitting state, and with a body that openapi.yaml shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ...contract.document import Contract
from ...contract.operations import Operation, Parameter
from ...engine import Item, NotExercised, RuleContext, Violation
from ...http.messages import Response
from ..registry import Select, tier_of

#: The header of bodies that are sent as bytes.
JSON = ("Content-Type", "application/json")
#: Calls of a series that a quick run makes.
_QUICK_CALLS = 2

Call = tuple[str, Mapping[str, Any]]
"""What a call is for, and what it changes about the usual one."""


def operations(contract: Contract) -> Iterator[tuple[Operation]]:
    """Every operation that these rules can call: all that read, and those that write to runs."""
    for operation in contract.operations.values():
        listing = contract.list_of(operation)
        if operation.reads or (listing is not None and listing.id == "listSequences"):
            yield (operation,)


def only(select: Select, keep: Callable[..., bool]) -> Select:
    """The subjects that `keep` is true of."""
    return lambda contract: (subject for subject in select(contract) if keep(*subject))


def lists(contract: Contract) -> Iterator[tuple[Operation]]:
    return ((one,) for one in contract.lists)


def filters(contract: Contract) -> Iterator[tuple[Operation, Parameter]]:
    return ((one, parameter) for one in contract.lists for parameter in one.filters)


def sorts(contract: Contract) -> Iterator[tuple[Operation, str]]:
    return ((one, field) for one in contract.lists for field in one.sorts)


reads = only(operations, lambda one: one.reads)
writes = only(operations, lambda one: not one.reads)
with_body = only(writes, lambda one: one.needs_body)
without_body = only(writes, lambda one: not one.needs_body)
scoped = only(operations, lambda one: one.scope is not None)
of_one_item = only(operations, lambda one: one.id_parameter is not None)
gets = only(of_one_item, lambda one: one.reads)
single_reads = only(reads, lambda one: not one.is_list)
equality_filters = only(filters, lambda _, parameter: not parameter.is_bound)
bounds = only(filters, lambda _, parameter: parameter.is_bound)


def usual_status(contract: Contract, operation: Operation) -> str:
    """The status in which a run can be written to by an operation, as the documentation shows it."""
    for lifecycle in contract.lifecycles.values():
        if operation.event in lifecycle.events:
            return lifecycle.usual_source(operation.event or "")
    return "ACTIVE"


def send(context: RuleContext, operation: Operation, item: Item | None, **how: Any) -> Response:
    """Calls an operation as openapi.yaml shows it, with whatever `how` changes about it."""
    if operation.is_list:
        how.setdefault("query", {"size": 1})
    if operation.needs_body and "content" not in how:
        how.setdefault("json", operation.example)
    return context.send(operation, None if item is None else item.id, **how)


@contextmanager
def subject(context: RuleContext, operation: Operation) -> Iterator[Any]:
    """An item that an operation can be called for: None where it needs none, a leased run where it writes."""
    if operation.id_parameter is None:
        yield None
    elif operation.reads:
        yield context.some_item(operation)
    else:
        with context.lease(usual_status(context.contract, operation)) as run:
            yield run


def expect_rejected_bodies(context: RuleContext, bodies: Iterable[Any], why: str, operation_id: str) -> None:
    """Each body, bytes or a value, must be rejected by an operation that writes, and change nothing."""
    operation = context.contract.operations[operation_id]
    statuses = (400,) if context.strict else (400, 422)
    calls: list[Call] = [
        (f"{why}: {body!r:.80}", {"content": body, "headers": [JSON]} if isinstance(body, bytes) else {"json": body})
        for body in bodies
    ]
    with subject(context, operation) as item:
        expect_rejected(context, operation, item, calls, *statuses)


def expect_rejected(
    context: RuleContext, operation: Operation, item: Any, calls: Sequence[Call], *statuses: int
) -> list[Response]:
    """Each of the calls must be rejected with one of `statuses`, and all of them together change nothing.

    Where something is wrong, each is made once more for an item of its own, so that what is shown is its doing.
    """
    if context.session.settings.quick:
        calls = calls[:_QUICK_CALLS]
    try:
        return _rejected(context, operation, item, calls, *statuses)
    except Violation:
        with suppress(NotExercised):
            for call in calls if len(calls) > 1 else ():
                with subject(context, operation) as other:
                    _rejected(context, operation, other, [call], *statuses)
        raise


def _rejected(
    context: RuleContext, operation: Operation, item: Any, calls: Sequence[Call], *statuses: int
) -> list[Response]:
    def attempt() -> list[Response]:
        responses: list[Response] = []
        for _, how in calls:
            responses.append(send(context, operation, item, resend=True, **how))
            if responses[-1].status not in statuses:
                break
        return responses

    stops = tier_of(context.contract, operation) == "stop"
    responses = context.expect_rejected_stop(item, attempt) if stops else attempt()
    for (why, _), response in zip(calls, responses, strict=False):
        context.expect(response, *statuses, why=why)
    if not operation.reads:
        context.unchanged(item, responses)
    return responses

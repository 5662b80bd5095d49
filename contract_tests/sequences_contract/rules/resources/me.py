"""Who a key is: what `GET /me` says agrees with what the key may do."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ...contract import timestamps
from ...engine import Item, RuleContext
from ...http.keys import ROLES
from ...http.messages import Response
from ..registry import about

rule = about("Me", "getMe", shares="me")
_PREFIX = len("topo_") + 4
_LAG_SECONDS = 60


Answer = tuple[str, Response, Item]


def _asked(context: RuleContext) -> Iterator[Answer]:
    """Each key that is known, with what the target says of it."""
    operation = context.contract.operations["getMe"]
    for role in ROLES:
        if context.session.has(role):
            response = context.send(operation, key=role)
            yield role, response, context.item_of(response, operation)


def _known(context: RuleContext) -> list[Answer]:
    """The same, as one of the rules learned it."""
    shared: dict[str, Any] = context.session.shared
    if "me" not in shared:
        with context.unhurried():
            shared["me"] = list(_asked(context))
    return shared["me"]  # type: ignore[no-any-return]


@rule("me.any_key", "Every valid key may ask what it is, whatever its scopes are.", "me.any_key")
def any_key(context: RuleContext) -> None:
    for role, response, _ in _known(context):
        context.expect(response, 200, why=f"with the {role} key")


@rule("me.key_prefix", "key_prefix is `topo_` and the next four characters of the key.", "me.key_prefix")
def key_prefix(context: RuleContext) -> None:
    for role, response, item in _known(context):
        wanted, got = context.target.keys[role][:_PREFIX], item.fields["key_prefix"]
        context.check(got == wanted, f"key_prefix {wanted}", f"{got!r:.40}", response)


@rule("me.secret", "No response shows the key itself.", "me.key_prefix")
def secret(context: RuleContext) -> None:
    for role, response, _ in _known(context):
        shown = context.target.keys[role].encode() in response.body
        context.check(not shown, "a response without the key", "the whole key in the body", response)


@rule("me.organization", "organization_id is that of the key's runs, and another one for another organization's key.", "me.organization")  # fmt: skip
def organization(context: RuleContext) -> None:
    found = {role: (response, item.fields["organization_id"]) for role, response, item in _known(context)}
    response, mine = found["key"]
    if context.session.judges("Sequences"):
        runs = context.session.runs().items
        theirs = runs[0].fields["organization_id"] if runs else mine
        context.check(mine == theirs, f"organization_id {theirs}", f"{mine}", response)
    for role, (other_response, other) in found.items():
        same = "another organization" if role == "other" else f"organization_id {mine}"
        context.check(
            (other == mine) == (role != "other"), same, f"{other} for the {role} key", response, other_response
        )


@rule("me.one_key", "Each key has an id of its own, and one name and time of creation from request to request.", "me.fields")  # fmt: skip
def one_key(context: RuleContext) -> None:
    first = {role: item for role, _, item in _known(context)}
    for role, response, item in _asked(context):
        changed = {n: v for n, v in first[role].differences(item).items() if n != "last_used_at"}
        context.check(not changed, "the same key as before", f"{changed}", response)
        others = [other for other, one in first.items() if other != role and one.id == item.id]
        context.check(not others, "an id of its own", f"the id of the {others} key", response)


@rule("me.last_used_at.strict", "last_used_at is when the key was last used: a minute earlier at most, and never later.",
      "me.last_used_at", tier="write", shares=None)  # fmt: skip
def last_used_at(context: RuleContext) -> None:
    """The times of changes tell when the key was used. That a use shows at last is seen only where time can be moved."""
    if not context.session.judges("Sequences"):
        context.skip("the times of uses are known from changes of runs", excused=True)
    me, moved = context.contract.operations["getMe"], context.session.control is not None
    with context.lease() as run:
        for use in ("first", "second") if moved else ("first",):
            context.send(me)
            used = context.update(run.id, {"suite_used": use})
            at = context.prepared(used).updated
            if moved:
                context.session.clock.pass_until(at + _LAG_SECONDS + 1, used, at)
        response = context.send(me)
        shown = context.item_of(response, me).time("last_used_at")
        last = context.update(run.id, {"suite_used": "last"})
        latest = context.prepared(last).updated
    got = "null" if shown is None else timestamps.write(shown)
    context.check(shown is None or shown <= latest, f"{timestamps.write(latest)} at the latest", got, response, last)
    if moved:
        whole = Fraction(at // 1)  # a target may write whole seconds
        fits = shown is not None and shown >= whole
        context.check(fits, f"{timestamps.write(whole)} at the earliest", got, used, response)


@rule("me.scopes", "A key may read a list exactly when its scopes say so.", "me.scopes", "auth.403")
def scopes(context: RuleContext) -> None:
    lists = [one for one in context.contract.lists if one.scope is not None and context.session.judges(one.tag)]
    if not lists:
        context.skip("no list is judged", excused=True)
    for role, response, item in _known(context):
        held = item.fields["scopes"]
        for listing in lists:
            got = context.send(listing, key=role, query={"size": 1})
            wanted = 200 if listing.scope in held else 403
            context.check(got.status == wanted, f"{wanted} for scopes {held}", got.summary, response, got)


@rule("me.scopes.of_role", "A key holds the scopes that it was made with.", "me.scopes")
def scopes_of_role(context: RuleContext) -> None:
    wanted = {
        "key": (True, True), "read": (True, False), "write": (False, True), "noscope": (False, False), "other": (True, True),
    }  # fmt: skip
    for role, response, item in _known(context):
        held = tuple(f"sequences:{name}" in item.fields["scopes"] for name in ("read", "write"))
        if role == "key" and not context.session.settings.allow_writes:
            wanted[role] = (True, held[1])  # nothing is written with it, so it may be one that only reads
        shown = f"{item.fields['scopes']} for the {role} key, {ROLES[role]}"
        context.check(held == wanted[role], f"sequences:read and sequences:write {wanted[role]}", shown, response)

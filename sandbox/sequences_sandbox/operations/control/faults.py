"""The tag Faults of the control API: rules by which responses become slow, wrong or absent."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...domain.errors import NotFoundIssue
from ...traffic.faults import FAULTS, FaultRule, in_order
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller
from .control import Control
from .fault_fields import read_effect, read_length, read_match, show_rule


def listFaults(control: Control, caller: Caller) -> dict[str, Any]:
    """The fault rules of the world, in the order in which they are tried."""
    with control.worlds.transaction(caller) as tx:
        return {"items": [show_rule(rule, tx.now) for rule in in_order(tx.values(FAULTS))]}


def addFault(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """A fault rule, after those that are there."""
    match = read_match(control.names(caller.key.world_id), body.get("match", {}))
    effect = read_effect(body["effect"])
    lasting = read_length(body["for"]) if "for" in body else None
    with control.worlds.transaction(caller) as tx:
        rules = tx.values(FAULTS)
        tx.limits.require("faults", len(rules) + 1)
        rule = FaultRule(
            id=str(uuid.uuid4()),
            number=max((other.number for other in rules), default=0) + 1,
            match=match,
            effect=effect,
            times=body.get("times"),
            lasting=lasting,
            until=None if lasting is None else tx.now + lasting,
            enabled=body.get("enabled", True),
        )
        tx.write(FAULTS, rule.id, rule)
        return show_rule(rule, tx.now)


def clearFaults(control: Control, caller: Caller) -> None:
    with control.worlds.transaction(caller) as tx:
        for rule in tx.values(FAULTS):
            tx.write(FAULTS, rule.id, None)


def getFault(control: Control, caller: Caller, *, fault_id: str) -> dict[str, Any]:
    with control.worlds.transaction(caller) as tx:
        return show_rule(_found(tx, fault_id), tx.now)


def updateFault(control: Control, caller: Caller, *, fault_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Replaces the given members of a rule. A match, be it the same, counts anew; a `for` lasts from now on."""
    changes: dict[str, Any] = {name: body[name] for name in ("times", "enabled") if name in body}
    if "match" in body:
        changes |= {"match": read_match(control.names(caller.key.world_id), body["match"]), "matched": 0, "fired": 0}
    if "effect" in body:
        changes["effect"] = read_effect(body["effect"])
    lasting = read_length(body["for"]) if body.get("for") is not None else None
    with control.worlds.transaction(caller) as tx:
        before = _found(tx, fault_id)
        if "for" in body:
            changes |= {"lasting": lasting, "until": None if lasting is None else tx.now + lasting}
        rule = replace(before, **changes)
        tx.write(FAULTS, rule.id, rule)
        return show_rule(rule, tx.now)


def removeFault(control: Control, caller: Caller, *, fault_id: str) -> None:
    with control.worlds.transaction(caller) as tx:
        tx.write(FAULTS, _found(tx, fault_id).id, None)


def _found(tx: Transaction, fault_id: str) -> FaultRule:
    rule: FaultRule | None = tx.value(FAULTS, fault_id)
    if rule is None:
        raise NotFoundIssue(f"The world has no fault rule {fault_id}.", field="fault_id", value=fault_id)
    return rule

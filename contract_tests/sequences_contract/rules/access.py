"""Keys, scopes and organizations, for every operation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .acts import ACTS
from .registry import Need, declare

if TYPE_CHECKING:
    from ..trial import Trial


def _refuse(trial: Trial, operation: str, statuses: tuple[int, ...], why: str, **how: Any) -> None:
    """Calls an operation that must be refused, and looks that nothing changed."""
    act, tier, status, _ = ACTS[operation]
    if operation == "list":
        trial.expect(act(trial, None, **how), *statuses, why=why)
        return
    if tier == "read":
        run = next(iter(trial.bench.census().runs), None)
        if run is None:
            trial.skip("the organization has no run")
        trial.expect(act(trial, run, **how), *statuses, why=why)
        return
    with trial.borrow(status) as run:
        send = partial(act, trial, run, **how)
        answer = trial.tempt(run, send) if tier == "stop" else send()
        trial.expect(answer, *statuses, why=why)
        trial.same(run, [answer])


def _no_key(operation: str, trial: Trial) -> None:
    _refuse(trial, operation, (401,), "without a key", key=None)


def _unknown_key(operation: str, trial: Trial) -> None:
    _refuse(trial, operation, (401,), "with an unknown key", key="unknown")


def _wrong_scheme(operation: str, trial: Trial) -> None:
    for header in ("Basic {key}", "{key}", "Token {key}"):
        _refuse(trial, operation, (401,), f"with the header Authorization: {header}", authorizations=(header,))


def _malformed(operation: str, trial: Trial) -> None:
    wrong: list[tuple[str, ...]] = [
        ("",),
        ("Bearer",),
        ("Bearer {key}x",),
        ("Bearer {key} {key}",),
        ("Bearer {key}",) * 2,
    ]
    key = trial.bench.target.keys.get("key", "")
    if key.upper() != key:
        wrong.append(("Bearer {KEY}",))
    for headers in wrong:
        _refuse(trial, operation, (401,), f"with Authorization {headers}", authorizations=headers)


def _scope(operation: str, role: str, trial: Trial) -> None:
    _refuse(trial, operation, (403,), f"with the {role} key", key=role)


def _other(operation: str, trial: Trial) -> None:
    _refuse(trial, operation, (404,), "with a key of another organization", key="other")


def _scheme_case(trial: Trial) -> None:
    for header in ("bearer {key}", "BEARER {key}", "Bearer   {key}"):
        trial.expect(trial.call("GET", "/sequences", authorizations=(header,)), 200, why=f"with {header}")


def _own_scope(operation: str, role: str, trial: Trial) -> None:
    """The key with just this scope is enough."""
    act, tier, status, _ = ACTS[operation]
    if tier == "read":
        run = next(iter(trial.bench.census().runs), None)
        if run is None and operation != "list":
            trial.skip("the organization has no run")
        trial.expect(act(trial, run, key=role), 200, why=f"with the {role} key")
        return
    with trial.borrow(status) as run:
        if tier == "stop":
            trial.bench.stops.spend()
        trial.expect(act(trial, run, key=role), 200, why=f"with the {role} key")


def _other_lists_its_own(trial: Trial) -> None:
    mine = set(trial.bench.census().by_id)
    queries: list[dict[str, str | int]] = [{}, {"sort_by": "updated_at"}, {"sort_by": "status", "sort_order": "desc"}]
    queries += [{"status": status} for status in trial.bench.contract.statuses]
    queries += [{"created_at_after": "1990-01-01T00:00:00Z"}, {"created_at_before": "2100-01-01T00:00:00Z"}]
    first = next(iter(trial.bench.census().runs), None)
    if first is not None:
        queries.append({"sequence_template_id": first.template})
    for query in queries:
        answer = trial.call("GET", "/sequences", query={**query, "size": 100}, key="other")
        foreign = [run.id for run in trial.page_of(answer).items if run.id in mine]
        trial.that(not foreign, "no run of the first organization", f"{foreign[:2]}", answer)


def _one_organization(trial: Trial) -> None:
    organizations = {run.fields["organization_id"] for run in trial.bench.census().runs}
    if not organizations:
        trial.skip("the organization has no run")
    answer = trial.search(size=100)
    trial.page_of(answer)
    trial.that(len(organizations) == 1, "runs of one organization", f"organizations {sorted(organizations)}", answer)


def _declare() -> None:
    for operation, (_, tier, _, scope) in ACTS.items():
        for name, check, words in (
            ("no_key", _no_key, "a missing key"), ("unknown_key", _unknown_key, "an unknown key"),
            ("wrong_scheme", _wrong_scheme, "another scheme than Bearer"), ("malformed", _malformed, "a malformed header"),
        ):  # fmt: skip
            declare(
                f"access.{operation}.{name}", f"{operation} with {words} is 401 and does nothing.",
                "auth.401", "auth.every_endpoint", "auth.bearer", check=partial(check, operation), tier=tier,
            )  # fmt: skip
        wrong, right = ("write", "read") if scope == "read" else ("read", "write")
        statement = "auth.read_scope" if scope == "read" else "auth.write_scope"
        strict = {"basis": "own"} if scope == "read" else {}
        declare(
            f"scope.{operation}.requires_{scope}", f"{operation} needs the scope sequences:{scope}.",
            *(("auth.write_not_read", statement) if scope == "read" else (statement, "auth.403")),
            check=partial(_scope, operation, wrong), tier=tier, needs=(_need(wrong),), **strict,
        )  # fmt: skip
        declare(
            f"scope.{operation}.refuses_noscope", f"{operation} is 403 for a key without any scope.",
            statement, "auth.403", check=partial(_scope, operation, "noscope"), tier=tier, needs=("noscope",),
        )  # fmt: skip
        declare(
            f"scope.{operation}.{scope}_suffices", f"{operation} needs no other scope than sequences:{scope}.",
            statement, check=partial(_own_scope, operation, right), tier=tier, needs=(_need(right),),
        )  # fmt: skip
        if operation != "list":
            declare(
                f"access.{operation}.other_organization", f"{operation} of another organization's run is 404.",
                "auth.one_organization", check=partial(_other, operation), tier=tier, needs=("other",),
            )  # fmt: skip
    declare(
        "access.list.other_organization", "The list shows the key's organization only, whatever is filtered or sorted.",
        "auth.one_organization", check=_other_lists_its_own, needs=("other",),
    )  # fmt: skip
    declare(
        "access.list.one_organization",
        "Every run listed is of one organization.",
        "auth.one_organization",
        check=_one_organization,
    )
    declare(
        "access.scheme_case.strict",
        "The scheme's name is read in any case, with one space or more.",
        "auth.scheme_form",
        check=_scheme_case,
    )


def _need(role: str) -> Need:
    return "read" if role == "read" else "write"


_declare()

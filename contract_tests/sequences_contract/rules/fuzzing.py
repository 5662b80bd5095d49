"""Schemathesis' examples, coverage, fuzzing and stateful phases, operation by operation, never to blame a correct server.

Calibration: whether an instant lies in the future, or a run's state allows a step, is no property of a schema, so a
request that fits and is refused (400, 422) is no finding; the check "positive data acceptance" is left out. NUL fits the
type string and is rightly refused: it is not generated. Writes go to a run that the suite borrowed, so that the fence, the
tiers and the budget of stops hold, and so that each operation is seen to succeed at least once.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..exchange import Answer, Sent
from .registry import Tier, declare

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial

_STRICT = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip
_DOCUMENTED = ("not_a_server_error", "response_schema_conformance", "ignored_auth")
_OPERATIONS: dict[str, tuple[Tier, str]] = {
    "listSequences": ("read", ""), "getSequence": ("read", ""), "updateSequence": ("write", "ACTIVE"),
    "pauseSequence": ("write", "ACTIVE"), "resumeSequence": ("write", "WAITING_FOR_LEAD"), "stopSequence": ("stop", "ACTIVE"),
}  # fmt: skip
_SHARE = 3


def _config(trial: Trial, phases: tuple[str, ...]) -> Any:
    import schemathesis  # noqa: PLC0415  # heavy, and wanted only here

    target, settings = trial.bench.target, trial.bench.settings
    checks = _STRICT if trial.strict else _DOCUMENTED
    return schemathesis.Config.from_dict(
        {
            "base-url": settings.url,
            "seed": settings.seed,
            "headers": {"Authorization": f"Bearer {target.keys.get('key', '')}", **dict(settings.headers)},
            "request-timeout": settings.timeout,
            "tls-verify": str(settings.ca_bundle) if settings.ca_bundle else True,
            "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
            "generation": {
                "max-examples": max(5, settings.max_examples // _SHARE), "database": "none", "allow-x00": False,
                "with-security-parameters": False, "no-shrink": True,
            },
            "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
        }
    )  # fmt: skip


def _interactions(
    trial: Trial, operation_ids: list[str], phases: tuple[str, ...], run: Run | None
) -> Iterator[tuple[Any, Any, Any]]:
    """Every exchange that Schemathesis made: the case, the interaction, and the failures of its checks."""
    import schemathesis  # noqa: PLC0415
    from schemathesis.engine import from_schema  # noqa: PLC0415

    path = str(trial.bench.contract.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_path(path, config=_config(trial, phases)).include(operation_id=operation_ids)
        if run is not None:
            _hook(schema, run.id)
        for event in from_schema(schema).execute():
            recorder = getattr(event, "recorder", None)
            if recorder is None:
                continue
            for case_id, interaction in recorder.interactions.items():
                node = recorder.cases.get(case_id)
                failed = [check for check in recorder.checks.get(case_id, []) if check.failure_info is not None]
                yield (node.value if node else None), interaction, failed


def _hook(schema: Any, run_id: str) -> None:
    def map_case(context: Any, case: Any) -> Any:
        if case.path_parameters and len(str(case.path_parameters.get("sequence_id", ""))) == 36:
            case.path_parameters["sequence_id"] = run_id
        if isinstance(case.body, dict) and case.body.get("scope") == "COMPANY":
            case.body["scope"] = "CONTACT"  # one run was set aside to be stopped, and no more
        return case

    schema.hook(map_case)


def _answer(interaction: Any, url: str) -> Answer | None:
    request, response = interaction.request, interaction.response
    if response is None:
        return None
    parts = urlsplit(request.uri)
    path = request.uri.removeprefix(url) if request.uri.startswith(url) else parts.path
    kept = ("content-type", "accept")
    headers = tuple((name, values[0]) for name, values in request.headers.items() if name.lower() in kept)
    has_key = any(name.lower() == "authorization" for name in request.headers)
    sent = Sent(
        request.method,
        request.uri,
        path,
        "key" if has_key else None,
        ("Bearer {key}",) if has_key else (),
        headers,
        request.body,
    )
    flat = {name.lower(): values[0] for name, values in response.headers.items()}
    return Answer(sent, response.status_code, flat, response.content, interaction.timestamp, interaction.timestamp)


def _fuzz(trial: Trial, operation_ids: list[str], phases: tuple[str, ...], run: Run | None) -> set[str]:
    """Runs the phases, judges every answer, and returns the operations that were seen to succeed."""
    succeeded: set[str] = set()
    operations = trial.bench.contract.operations
    for _, interaction, failed in _interactions(trial, operation_ids, phases, run):
        answer = _answer(interaction, trial.bench.target.url)
        if answer is None:
            continue
        for name in operation_ids:
            if 200 <= answer.status < 300 and answer.sent.method == operations[name].method:
                succeeded.add(name)
        for check in failed:
            failure = check.failure_info.failure
            trial.that(False, f"{check.name}", f"{failure.title}: {failure.message}"[:300], answer)
        trial.that(answer.status < 500, "an answer below 500", answer.summary, answer)
        for observe in trial.bench.target.observers:
            observe(answer)
    return succeeded


def _operation(operation_id: str, trial: Trial) -> None:
    tier, status = _OPERATIONS[operation_id]
    phases = ("examples", "coverage", "fuzzing")
    operation = trial.bench.contract.operations[operation_id]
    if operation_id == "updateSequence" and trial.bench.settings.update_method != operation.method:
        trial.skip("the target updates by another method than openapi.yaml says", excused=True)
    with contextlib.ExitStack() as stack:
        run = None
        if tier == "read" and operation_id != "listSequences":
            run = next(iter(trial.bench.census().runs), None)
        elif tier != "read":
            run = stack.enter_context(trial.borrow(status))
            if tier == "stop":
                trial.bench.stops.spend()
        succeeded = _fuzz(trial, [operation_id], phases, run)
    if operation_id not in succeeded:
        trial.skip(f"Schemathesis was not seen to get a 2xx from {operation_id}")


def _stateful(trial: Trial) -> None:
    succeeded = _fuzz(trial, ["listSequences", "getSequence"], ("stateful",), None)
    if "listSequences" not in succeeded:
        trial.skip("Schemathesis was not seen to get a 2xx from listSequences")


def _declare() -> None:
    for operation_id, (tier, _) in _OPERATIONS.items():
        declare(
            f"robustness.{operation_id}", f"{operation_id} answers whatever Schemathesis sends as its schema says, and never with 5xx.",
            "issue.server_failure", "response.may_gain_fields", check=partial(_operation, operation_id), tier=tier,
        )  # fmt: skip
    declare(
        "robustness.stateful",
        "The list leads to the run that it names, whatever Schemathesis tries.",
        "issue.server_failure",
        check=_stateful,
    )


_declare()

"""Schemathesis under the suite's rules: its requests wait their turn, keep to the runs set aside, and write only where allowed."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from ...contract.document import Contract
from ...engine import Item, RuleContext
from ...http.connection import on_this_machine, trusted_certificates
from ...http.messages import Request, Response
from ...http.pacing import Patience
from ...http.target import RESENDS, Target
from ..common.shape_errors import ALSO_DOCUMENTED

_STRICT = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip
_DOCUMENTED = ("not_a_server_error", "response_schema_conformance", "ignored_auth")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_READING = ("GET", "HEAD", "OPTIONS")
#: Examples at least for each operation and phase, and the part of what is generated in all that they are.
_FEWEST, _SHARE = 5, 6
#: What Schemathesis takes for values of other types than "null" is: in a query each of them is one more text.
_OTHER_TYPES = {"true", "0.5"}
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class FuzzPlan:
    """What Schemathesis is to do: the operations by id, its phases, the run that may be written to, the tier, and bodies
    of operations as openapi.yaml shows them.
    """

    operations: Sequence[str]
    phases: tuple[str, ...]
    run: Item | None
    writes: bool
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stateful(self) -> bool:
        return "stateful" in self.phases


def exchanges(context: RuleContext, plan: FuzzPlan) -> Iterator[tuple[Response, list[Any]]]:
    """Every exchange that Schemathesis made, with the failures of its checks; one without a response has status 0."""
    import schemathesis  # noqa: PLC0415  # heavy, and wanted only here
    from schemathesis.engine import from_schema  # noqa: PLC0415

    _find_characters()
    document = context.contract.document if context.strict else relaxed(context.contract)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = schemathesis.openapi.from_dict(document, config=_config(context, plan))
        schema = whole.include(operation_id=list(plan.operations))
        schema.hook(filter_case)
        _send_through(schema, Transport(schema.transport, context.target, plan))
        for event in from_schema(schema).execute():
            recorder = getattr(event, "recorder", None)
            if recorder is None:
                continue
            for case_id, interaction in recorder.interactions.items():
                failed = [check for check in recorder.checks.get(case_id, []) if check.failure_info is not None]
                yield _read_response(interaction, context.target.url), failed


def _find_characters() -> None:
    """Lets Hypothesis find out once which characters there are, and not in every thread that begins with it."""
    from hypothesis import strategies  # noqa: PLC0415  # heavy, and wanted only here

    with _ONE_AT_A_TIME:
        strategies.characters(codec="utf-8").validate()


def filter_case(_: Any, case: Any) -> bool:
    """Whether a case is sent; Schemathesis knows this hook by its name.

    It tries each wrong value of a query parameter alone, and once more beside all the others: that is left out; and so is
    what other rules try once for each list, that there is an unknown parameter beside a known one.
    """
    meta = case.meta
    if meta is None or meta.phase.name.value != "coverage" or not meta.generation.mode.is_negative:
        return True
    is_about_query = getattr(meta.phase.data.parameter_location, "value", None) == "query"
    query = case.query or {}
    return not is_about_query or (len(query) <= 1 and not _OTHER_TYPES & set(map(str, query.values())))


def relaxed(contract: Contract) -> dict[str, Any]:
    """The contract with what only profile strict demands of errors and headers taken out."""
    document = deepcopy(contract.document)
    components = document["components"]
    components["schemas"]["Issue"]["required"] = ["status_code", "type"]
    components["schemas"]["RequestId"]["pattern"] = "^req_[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$"
    for header in components["headers"].values():
        header["required"] = False
    for response in components["responses"].values():
        for part in response["content"]["application/json"]["schema"].get("allOf", []):
            fields = part.get("properties", {"status_code": {"enum": [0]}})
            also = ALSO_DOCUMENTED.get(fields["status_code"]["enum"][0])
            if also is not None:
                fields["type"]["enum"].append(also)
    for schema in components["schemas"].values():
        for name, one in schema.get("properties", {}).items():
            if one.get("type") == "integer":  # JSON has one kind of number: 12.0 is an integer
                schema["properties"][name] = {"type": "number", "multipleOf": 1}
    return document


def _config(context: RuleContext, plan: FuzzPlan) -> Any:
    import schemathesis  # noqa: PLC0415

    target, settings = context.target, context.session.settings
    checks = _STRICT if context.strict else _DOCUMENTED
    names = ("examples", "coverage", "fuzzing", "stateful")
    phases: dict[str, Any] = {name: {"enabled": name in plan.phases} for name in names}
    if not plan.writes:
        phases["coverage"]["unexpected-methods"] = []  # on a faulty server another method might write
    return schemathesis.Config.from_dict(
        {
            "base-url": settings.url,
            "seed": settings.seed,
            "headers": {"Authorization": f"Bearer {target.keys.get('key', '')}", **dict(settings.headers)},
            "request-timeout": settings.timeout,
            "tls-verify": trusted_certificates(settings.ca_bundle) or True,
            "checks": {
                "enabled": False, **{name: {"enabled": True} for name in checks},
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", *([] if context.strict else ["501"])]},
            },
            "generation": {
                "max-examples": max(_FEWEST, settings.max_examples // _SHARE), "database": "none", "allow-x00": False,
                "with-security-parameters": False, "no-shrink": True,
            },
            "phases": phases,
        }
    )  # fmt: skip


def _send_through(schema: Any, transport: Transport) -> None:
    """Makes the schema send through `transport`, its checks' own requests included; Schemathesis has no seam for that."""
    kind = type(schema)
    schema.__class__ = type(kind.__name__, (kind,), {"__slots__": (), "transport": transport})


class Transport:
    """Schemathesis' transport, with the suite's rate, its patience with 429, and its fence about writes."""

    def __init__(self, inner: Any, target: Target, plan: FuzzPlan) -> None:
        self._inner = inner
        self._target = target
        self._plan = plan
        #: The operations of a walk that are still to be called once as openapi.yaml shows them, which is sure to succeed.
        self._unseen = set(plan.operations) if plan.stateful else set()
        if on_this_machine(target.url):  # in the words of requests: this host needs no proxy
            self._how = {"proxies": {"no_proxy": urlsplit(target.url).hostname}}
        else:
            self._how = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def send(self, case: Any, **how: Any) -> Any:
        """Sends a case once it is its turn, and again after a 429 or a broken connection."""
        self._aim(case)
        waiting, resends = Patience(self._target.pacing), RESENDS
        while True:
            try:
                with self._target.pacing.turn():
                    response = self._inner.send(case, **how, **self._how)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if not resends:
                    raise
                resends -= 1
                continue
            headers = {name.lower(): values[0] for name, values in response.headers.items()}
            if response.status_code != 429 or not waiting.wait(headers):
                return response

    def _aim(self, case: Any) -> None:
        """Turns a request to the run that was set aside; in the stateful phase reads go where links lead."""
        run = self._plan.run
        if case.meta is not None and case.meta.generation.mode.is_positive:
            self._show(case)
        if run is None or (self._plan.stateful and case.method.upper() in _READING):
            return
        for name, value in (case.path_parameters or {}).items():
            if _UUID.fullmatch(str(value)):
                case.path_parameters[name] = run.id
        if isinstance(case.body, dict) and case.body.get("scope") == "COMPANY":
            case.body["scope"] = "CONTACT"  # one run was set aside to be stopped, and no more

    def _show(self, case: Any) -> None:
        """Makes the first fitting call of an operation in a walk what openapi.yaml shows."""
        definition = case.operation.definition.raw
        if definition["operationId"] not in self._unseen:
            return
        self._unseen.remove(definition["operationId"])
        case.query = {}
        if "requestBody" in definition and isinstance(case.body, dict):
            case.body = deepcopy(self._plan.examples.get(definition["operationId"], case.body))


def _read_response(interaction: Any, url: str) -> Response:
    request, response = interaction.request, interaction.response
    path = request.uri.removeprefix(url) if request.uri.startswith(url) else urlsplit(request.uri).path
    kept = ("content-type", "accept")
    headers = tuple((name, values[0]) for name, values in request.headers.items() if name.lower() in kept)
    has_key = any(name.lower() == "authorization" for name in request.headers)
    authorizations = ("Bearer {key}",) if has_key else ()
    role = "key" if has_key else None
    sent = Request(request.method, request.uri, path, role, authorizations, headers, request.body)
    when = interaction.timestamp
    if response is None:
        return Response(sent, 0, {}, b"", when, when)
    flat = {name.lower(): values[0] for name, values in response.headers.items()}
    return Response(sent, response.status_code, flat, response.content, when, when)

"""Who a key is, what it opens, and in which order requests are rejected."""

from collections.abc import Iterable

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call
from ..reference_server.world import Key, Run

planted = Catalog("access")


@planted.documented(
    "scope.*.read_is_not_write", 'ro: PATCH {active} {"variables": {"a": "b"}} && ro: POST {paused}/resume'
)
class ReadImpliesWrite(ReferenceServer):
    """A key that may read may write."""

    def has_scope(self, call: Call) -> bool:
        return super().has_scope(call) or "sequences:read" in call.key.scopes


@planted.strict("scope.*.write_is_not_read", "wo: GET {active} && wo: GET /sequences")
class WriteImpliesRead(ReferenceServer):
    """A key that may write may read."""

    def has_scope(self, call: Call) -> bool:
        return super().has_scope(call) or "sequences:write" in call.key.scopes


@planted.documented("scope.pauseSequence", 'wo: POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}')
class PauseNeedsBothScopes(ReferenceServer):
    """Pause rejects a key that may write and not read."""

    def has_scope(self, call: Call) -> bool:
        return super().has_scope(call) and (call.operation != "pause" or "sequences:read" in call.key.scopes)


@planted.documented("scope.", "no: GET {active}")
class MissingScopeIs401(ReferenceServer):
    """A valid key without the scope is 401."""

    def no_scope(self, call: Call) -> None:
        self.no_key(call)


@planted.documented("scope.", "no: GET /sequences && no: GET {active}")
class MissingScopeSeesNothing(ReferenceServer):
    """Reads without the scope are 404."""

    def no_scope(self, call: Call) -> None:
        if self.needed_scope(call.operation) == "sequences:read":
            raise ApiError(404, "There is nothing here.")
        super().no_scope(call)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "<Authorization: Bearer topo_unknown> GET {active} && nobody: GET {active}",
)
class UnknownKeyIs403(ReferenceServer):
    """An unknown key is 403."""

    def no_key(self, call: Call) -> Key:
        if "authorization" in call.request.headers:
            raise ApiError(403, "This key opens nothing.")
        return super().no_key(call)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "nobody: GET {active} && <Authorization: Bearer topo_x> GET {active}",
)
class MissingKeyIs400(ReferenceServer):
    """A missing key is 400."""

    def no_key(self, call: Call) -> Key:
        if "authorization" not in call.request.headers:
            raise ApiError(400, "The header Authorization is missing.")
        return super().no_key(call)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "<Authorization: Basic topo_probe_readwrite> GET {active}",
)
class AnySchemeAccepted(ReferenceServer):
    """The scheme may be any word."""

    def is_bearer(self, scheme: str) -> bool:
        return bool(scheme)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "<Authorization: topo_probe_readwrite> GET {active}",
)
class BareKeyAccepted(ReferenceServer):
    """A key without any scheme is accepted."""

    def find_key(self, call: Call) -> Key:
        return self.lookup(call.request.headers.get("authorization", "")) or super().find_key(call)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "<Authorization: Bearer topo_probe_readwritexyz> GET {active}",
)
class KeyMayHaveMoreAtItsEnd(ReferenceServer):
    """A key followed by anything is accepted."""

    def same_token(self, token: str, sent: str) -> bool:
        return sent.startswith(token)


@planted.documented(
    "access.*.unknown_key access.*.missing_key access.*.wrong_scheme access.*.malformed_key",
    "<Authorization: Bearer TOPO_PROBE_READWRITE> GET {active}",
)
class KeyInAnyCase(ReferenceServer):
    """Keys are compared without regard to case."""

    def same_token(self, token: str, sent: str) -> bool:
        return sent.lower() == token.lower()


@planted.strict("access.*.scheme_case", "<Authorization: bearer topo_probe_readwrite> GET {active}")
class SchemeInOneCase(ReferenceServer):
    """The scheme must be written Bearer."""

    def is_bearer(self, scheme: str) -> bool:
        return scheme == "Bearer"


@planted.strict("access.*.scheme_case", "<Authorization: Bearer   topo_probe_readwrite> GET {active}")
class OneSpaceOnly(ReferenceServer):
    """More than one space before the key is rejected."""

    def find_key(self, call: Call) -> Key:
        return self.no_key(call) if "  " in call.request.headers.get("authorization", "") else super().find_key(call)


@planted.documented("access.*.other_organization access.*.one_organization", "GET {foreign}")
class ForeignRunIs403(ReferenceServer):
    """A run of another organization is 403."""

    def no_run(self, call: Call) -> Run:
        if call.run_id in call.world.runs:
            raise ApiError(403, "This sequence belongs to another organization.")
        return super().no_run(call)


@planted.documented(
    "access.*.other_organization access.*.one_organization",
    'PATCH {foreign} {"variables": {}} && POST {foreign}/resume',
)
class ForeignWriteIs422(ReferenceServer):
    """A write to a run of another organization is 422."""

    def no_run(self, call: Call) -> Run:
        if call.run_id in call.world.runs and call.operation != "get":
            raise ApiError(422, "This sequence cannot be changed.")
        return super().no_run(call)


class Leak(ReferenceServer):
    """Shows every organization's runs in lists that use certain parameters."""

    def leaks(self, call: Call) -> bool:
        raise NotImplementedError

    def visible(self, call: Call) -> Iterable[Run]:
        return call.world.runs.values() if self.leaks(call) else super().visible(call)


@planted.documented("access.*.other_organization access.*.one_organization", "GET /sequences?size=100")
class ListShowsEveryOrganization(Leak):
    """The list without filters shows the runs of every organization."""

    def leaks(self, call: Call) -> bool:
        return not call.query.filters


@planted.documented("access.*.other_organization access.*.one_organization", "GET /sequences?size=100&status=ACTIVE")
class StatusFilterShowsEveryOrganization(Leak):
    """The list filtered by status shows the runs of every organization."""

    def leaks(self, call: Call) -> bool:
        return "status" in call.query.filters


@planted.documented(
    "access.*.other_organization access.*.one_organization",
    "GET /sequences?sequence_template_id=9acd9de9-99f5-473b-9921-0000000000ff",
)
class TemplateFilterShowsEveryOrganization(Leak):
    """The list filtered by template shows the runs of every organization."""

    def leaks(self, call: Call) -> bool:
        return "sequence_template_id" in call.query.filters


@planted.documented(
    "access.*.other_organization access.*.one_organization",
    "GET /sequences?size=100&created_at_after=2020-01-01T00:00:00Z",
)
class DateFilterShowsEveryOrganization(Leak):
    """The list filtered by created_at_after shows the runs of every organization."""

    def leaks(self, call: Call) -> bool:
        return "created_at_after" in call.query.filters


@planted.documented("list.listSequences.pages list.listSequences.filter", "GET /sequences?size=1")
class TotalCountsEveryOrganization(ReferenceServer):
    """`total_count` counts the runs of every organization, without showing them."""

    def total(self, call: Call, matching: list[Run]) -> int:
        return sum(self.matches(run, call.query) for run in call.world.runs.values())


@planted.strict(
    "access.*.two_headers", "<Authorization: Bearer topo_probe_readwrite, Bearer topo_probe_readwrite> GET {active}"
)
class FirstOfTwoHeadersRead(ReferenceServer):
    """Of two headers Authorization the first one counts."""

    def find_key(self, call: Call) -> Key:
        headers = call.request.headers
        headers["authorization"] = headers.get("authorization", "").split(", ")[0]
        return super().find_key(call)

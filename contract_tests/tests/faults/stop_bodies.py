"""Bodies of stop that are malformed and let through."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call
from .scripts import stop

planted = Catalog("stop")


class LenientStop(ReferenceServer):
    """Completes a malformed body."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        return super().read_fields(call, self.completed(body) if call.operation == "stop" else body)


@planted.strict("stop.rejects.missing", 'POST {active}/stop {"scope": "CONTACT"}')
class ReasonMayBeMissing(LenientStop):
    """`reason` may be missing."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"reason": "LOSE", **body}


@planted.strict("stop.rejects.missing", 'POST {active}/stop {"reason": "LOSE"}')
class ScopeMayBeMissing(LenientStop):
    """`scope` may be missing."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"scope": "CONTACT", **body}


@planted.documented("stop.rejects.reason", stop("DRAW", "CONTACT"))
class UnknownReasonAccepted(LenientStop):
    """`reason` may be any word in capitals."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        reason = body.get("reason")
        return body | ({"reason": "LOSE"} if isinstance(reason, str) and reason.isupper() else {})


@planted.documented("stop.rejects.reason", stop("lose", "CONTACT"))
class ReasonInAnyCase(LenientStop):
    """`reason` may be in lower case."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        reason = body.get("reason")
        return body | ({"reason": reason.upper()} if isinstance(reason, str) else {})


@planted.strict("stop.rejects", 'POST {active}/stop {"reason": null, "scope": "CONTACT"}')
class ReasonMayBeNull(LenientStop):
    """`reason` may be null."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | ({"reason": "LOSE"} if "reason" in body and body["reason"] is None else {})


@planted.documented("stop.rejects.scope", stop("LOSE", "TEMPLATE"))
class UnknownScopeIsContact(LenientStop):
    """An unknown scope is taken for CONTACT."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        scope = body.get("scope")
        known = not isinstance(scope, str) or not scope.isupper() or scope in self.scopes
        return body if known else body | {"scope": "CONTACT"}


@planted.documented("stop.rejects.scope", stop("LOSE", "contact"))
class ScopeInAnyCase(LenientStop):
    """`scope` may be in lower case."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        scope = body.get("scope")
        return body | ({"scope": scope.upper()} if isinstance(scope, str) else {})


@planted.documented("stop.contact.exactly_one stop.rejects.reason stop.for_good", f"{stop('WIN', 'CONTACT')}")
class WinNotKnown(ReferenceServer):
    """The reason WIN is rejected; WON is known."""

    reasons = ("WON", "LOSE")


@planted.documented("stop.rejects.reason", f"{stop('LOST', 'CONTACT')} && GET {{active}}")
class UnknownReasonRejectedAndStopped(ReferenceServer):
    """A stop for the reason LOST, which is none, is rejected, and ends the run all the same."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().read_fields(call, body)
        except ApiError:
            if call.operation == "stop" and body.get("reason") == "LOST":
                call.now = call.world.clock.now()
                self.end(call, call.world.runs[call.run_id])
            raise

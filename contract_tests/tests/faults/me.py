"""What a key says of itself."""

from datetime import datetime, timedelta
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.neighbours import Record

planted = Catalog("me")
ME = "GET /me"
EVERY_KEY = "GET /me && ro: GET /me && wo: GET /me && no: GET /me && other: GET /me"


class Restated(ReferenceServer):
    """Changes what GET /me says."""

    def me(self, call: Call) -> Response:
        response = super().me(call)
        return Response(200, self.restated(call, response.body))

    def restated(self, call: Call, body: Record) -> Record:
        raise NotImplementedError


@planted.documented("me.key_prefix me.secret", ME)
class KeyPrefixIsTheKey(ReferenceServer):
    """`key_prefix` is the whole key."""

    def key_prefix(self, token: str) -> str:
        return token


@planted.documented("me.key_prefix", ME)
class KeyPrefixTooShort(ReferenceServer):
    """`key_prefix` has eight characters."""

    def key_prefix(self, token: str) -> str:
        return token[:8]


@planted.documented("me.key_prefix", ME)
class KeyPrefixIsTheEnd(ReferenceServer):
    """`key_prefix` shows the last characters of the key."""

    def key_prefix(self, token: str) -> str:
        return "topo_" + token[-4:]


@planted.documented("me.any_key access. scope.", "no: GET /me")
class MeNeedsAScope(ReferenceServer):
    """GET /me is 403 for a key without any scope."""

    def has_scope(self, call: Call) -> bool:
        return super().has_scope(call) and (call.operation != "me" or bool(call.key.scopes))


@planted.documented("me.scopes", EVERY_KEY)
class MeShowsEveryScope(ReferenceServer):
    """`scopes` lists every scope there is, whatever the key holds."""

    def shown_scopes(self, scopes: tuple[str, ...]) -> Any:
        return ["sequences:read", "sequences:write", "contacts:read"]


@planted.documented("me.scopes", ME)
class MeHidesScopesOfContacts(ReferenceServer):
    """`scopes` lists those of sequences alone."""

    def shown_scopes(self, scopes: tuple[str, ...]) -> Any:
        return [scope for scope in scopes if scope.startswith("sequences:")]


@planted.documented("shape.*.body", ME)
class ScopesAsText(ReferenceServer):
    """`scopes` is one text."""

    def shown_scopes(self, scopes: tuple[str, ...]) -> Any:
        return " ".join(scopes)


@planted.documented("me.organization", "other: GET /me")
class MeShowsTheFirstOrganization(Restated):
    """`organization_id` is that of the first organization, whoever asks."""

    def restated(self, call: Call, body: Record) -> Record:
        return body | {"organization_id": next(iter(call.world.names))}


@planted.documented("me.one_key", EVERY_KEY)
class MeIdIsTheOrganizations(Restated):
    """`id` is the organization's."""

    def restated(self, call: Call, body: Record) -> Record:
        return body | {"id": call.key.organization_id}


@planted.documented("me.key_prefix me.scopes me.organization me.one_key", EVERY_KEY)
class MeCachedForEveryKey(Restated):
    """GET /me shows every key what it showed the first."""

    def restated(self, call: Call, body: Record) -> Record:
        first: Record = self.__dict__.setdefault(f"first_{call.world.id}", body)
        return first


@planted.documented("shape.*.body", ME)
class LastUseLeftOut(Restated):
    """`last_used_at` is left out."""

    def restated(self, call: Call, body: Record) -> Record:
        return {name: value for name, value in body.items() if name != "last_used_at"}


def _seconds_later(text: str, seconds: int) -> str:
    return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@planted.strict("me.last_used_at.strict", ME)
class LastUseToCome(Restated):
    """`last_used_at` is an hour ahead."""

    def restated(self, call: Call, body: Record) -> Record:
        return body | {"last_used_at": _seconds_later(body["last_used_at"], 3600)}


@planted.strict("me.last_used_at.strict", ME)
class LastUseNeverNoted(Restated):
    """`last_used_at` is null, however often the key is used."""

    def restated(self, call: Call, body: Record) -> Record:
        return body | {"last_used_at": None}


@planted.strict("me.last_used_at.strict", f"{ME} && wait PT5M && {ME}")
class LastUseIsTheFirst(Restated):
    """`last_used_at` is the time at which the key was used first."""

    def restated(self, call: Call, body: Record) -> Record:
        first: str = self.__dict__.setdefault(f"first_{call.key.id}", body["last_used_at"])
        return body | {"last_used_at": first}


@planted.documented("access.*.missing_key", "nobody: GET /me")
class MeWithoutKeyIsEmpty(ReferenceServer):
    """GET /me without a key is 200 and null."""

    def dispatch(self, call: Call) -> Response:
        try:
            return super().dispatch(call)
        except ApiError as error:
            if error.status != 401 or not call.request.path.endswith("/me"):
                raise
            return Response(200, None)


@planted.strict("query.", "GET /me?expand=organization")
class MeIgnoresParameters(ReferenceServer):
    """GET /me ignores unknown query parameters."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        if known:
            super().unknown_parameter(name, value, known)

"""Updates that merge wrongly, are kept wrongly, or change something else."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.bodies import Values
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call
from ..reference_server.writes import Variables
from .scripts import SET

planted = Catalog("update")


@planted.documented("update.merge update.nothing_named update.strings_kept", SET)
class UpdateReplaces(ReferenceServer):
    """An update replaces all variables."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return {name: value for name, value in changes.items() if value is not None}


class NullStored(ReferenceServer):
    """Stores a text where null should remove a key."""

    stored = ""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old, {name: self.stored if value is None else value for name, value in changes.items()})


@planted.documented("update.null_removes", 'PATCH {active} {"variables": {"city": null}}')
class NullStoredAsWord(NullStored):
    """null is stored as "null"."""

    stored = "null"


@planted.documented("update.null_removes", 'PATCH {active} {"variables": {"city": null}}')
class NullStoredAsEmptyText(NullStored):
    """null is stored as ""."""

    stored = ""


@planted.documented("update.null_removes", 'PATCH {active} {"variables": {"city": null}}')
class NullIgnored(ReferenceServer):
    """null leaves its key as it is."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        named: Values = {name: value for name, value in changes.items() if value is not None}
        return super().merge(old, named)


@planted.documented("update.null_removes", 'PATCH {active} {"variables": {"city": null}}')
class NullRemovesEverything(ReferenceServer):
    """One null removes every key."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge({} if None in changes.values() else old, changes)


@planted.documented("update.null_removes", 'PATCH {active} {"variables": {"city": null, "a": "b"}}')
class NullIgnoredBesideAValue(ReferenceServer):
    """A null beside values that are set leaves its key as it is."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        named: Values = {name: value for name, value in changes.items() if value is not None}
        return super().merge(old, named or changes)


@planted.documented(
    "update.merge update.nothing_named update.strings_kept", 'PATCH {active} {"variables": {"city": ""}}'
)
class EmptyTextRemoves(ReferenceServer):
    """An empty text removes its key."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old, {name: value or None for name, value in changes.items()})


@planted.documented("update.merge update.nothing_named update.strings_kept", 'PATCH {active} {"variables": {}}')
class EmptyUpdateClears(ReferenceServer):
    """An update without any key removes every one."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old, changes) if changes else {}


@planted.documented(
    "update.merge update.nothing_named update.strings_kept", 'PATCH {active} {"variables": {"city": "Bonn"}}'
)
class ExistingKeyKept(ReferenceServer):
    """A key that exists keeps its old value."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        kept = {name: value for name, value in (old or {}).items() if changes.get(name) is not None}
        return super().merge(old, {**changes, **kept})


@planted.documented(
    "update.merge update.nothing_named update.strings_kept", 'PATCH {active} {"variables": {"a": "1", "b": "2"}}'
)
class OnlyFirstKeySet(ReferenceServer):
    """Of several keys the first one is set."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old, dict(list(changes.items())[:1]))


@planted.strict("update.edges update.merge", 'PATCH {active} {"variables": {"greeting": null, "city": null}}')
class LastRemovalGivesNull(ReferenceServer):
    """When the last key goes, `variables` becomes null."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old, changes) or None


@planted.documented("update.edges update.merge", 'PATCH {found} {"variables": {"a": "b"}}')
class FirstSetLost(ReferenceServer):
    """From null, the first set makes an empty object."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return {} if old is None else super().merge(old, changes)


@planted.strict("update.edges update.merge", 'PATCH {active} {"variables": {"unknown": null}}')
class UnknownRemovalRejected(ReferenceServer):
    """Removing a key that is not there is 404."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        if any(value is None and name not in (old or {}) for name, value in changes.items()):
            raise ApiError(404, "There is no such variable.")
        return super().merge(old, changes)


@planted.strict("update.edges update.merge", 'PATCH {found} {"variables": {"unknown": null}} && GET {found}')
class RemovalOnNullMakesAnObject(ReferenceServer):
    """Removing a key from null leaves {}, although nothing changed."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        return super().merge(old or {}, changes)


_TWO = 'PATCH {active} {"variables": {"a": "1", "b": "2"}}'


@planted.documented("update.null_removes", f'{_TWO} && PATCH {{active}} {{"variables": {{"a": null, "b": null}}}}')
class OneNullRemoves(ReferenceServer):
    """Of several nulls of an update the first alone removes its key."""

    def merge(self, old: Variables, changes: Values) -> Variables:
        nulls = [name for name, value in changes.items() if value is None]
        return super().merge(old, {name: value for name, value in changes.items() if name not in nulls[1:]})


@planted.documented("update.rejects.values", 'PATCH {active} {"variables": {"good": "1", "bad": 1}} && GET {active}')
class RejectedUpdateStoresTheRest(ReferenceServer):
    """Of an update that is rejected for a number, the texts are stored."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().read_fields(call, body)
        except ApiError:
            given = body.get("variables")
            if call.operation == "update" and isinstance(given, dict):
                run = call.world.runs[call.run_id]
                texts = {name: value for name, value in given.items() if isinstance(value, str)}
                run.variables = self.merge(run.variables, texts)
            raise

"""The tag Me."""

from typing import Any

from ...domain.timestamps import format_timestamp
from ...worlds.worlds import Caller, Worlds


def getMe(worlds: Worlds, caller: Caller) -> dict[str, Any]:
    """The API key that the request was sent with."""
    key = caller.key
    world = caller.world or worlds.visit(key)
    used = worlds.last_use(world, key)
    return {
        "id": key.id,
        "organization_id": key.organization_id,
        "name": key.name,
        "key_prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "last_used_at": None if used is None else format_timestamp(used),
        "created_at": format_timestamp(key.created_at),
    }

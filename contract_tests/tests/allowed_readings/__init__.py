"""What profile `documented` permits, one file a kind.

Where two readings cannot go together (a malformed id cannot be both 404 and 422), the one that stands first wins.
"""

from ..reference_server.alterations import AllowedReading
from . import errors, form, lifecycle, reading

ALL: tuple[AllowedReading, ...] = tuple(
    one for file in (errors, lifecycle, reading, form) for one in file.allowed.readings
)

"""The freedoms of profile `documented`: each is a reading that the documents allow.

Where two of them cannot go together (a malformed id cannot be both 404 and 422), the one that stands first wins.
"""

from ..alterations import Freedom
from . import form, lifecycle, reading, refusals

ALL: tuple[Freedom, ...] = tuple(
    freedom for file in (refusals, lifecycle, reading, form) for freedom in file.granted.freedoms
)

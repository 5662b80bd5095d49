"""Text of the target made harmless to look at: what moves a cursor or turns text around stands as its escape."""

import json
import re

#: C0, DEL and C1; separators of lines; marks, embeddings and isolates of direction; zero width; tags; halves of a pair.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
#: The same without C0, which JSON escapes by itself within strings and needs between its lines.
_UNSEEN_IN_JSON = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", "", 1))
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """`text` on one line, in which every character shows itself."""
    return _UNSEEN.sub(_escape, text)


def visible_json(text: str) -> str:
    """JSON that says the same, with the escapes of JSON."""
    return _UNSEEN_IN_JSON.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    number = ord(character)
    if number < 0x100:
        return _NAMED.get(character, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

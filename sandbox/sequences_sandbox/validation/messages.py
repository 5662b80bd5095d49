"""What a schema expects, in words: for each keyword that a value fails, what is wrong and what would be right."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from ..domain.timestamps import TimestampError, parse_duration, parse_timestamp

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
UUID_FORM: Final = "a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, without braces"

NOUNS: Final[Mapping[str, str]] = {
    "string": "a string", "object": "an object", "array": "a list", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "null",
}  # fmt: skip
_COUNTED: Final[Mapping[str, str]] = {"Length": "character", "Items": "item", "Properties": "field"}

Expectation = tuple[str, str, Any]
"""What is wrong in two words, what is expected, and what is allowed if that can be listed."""


def expectation(keyword: str, details: Mapping[str, Any], value: Any) -> Expectation:
    """What `keyword` expects of a value that fails it; `details` are the keyword's own."""
    if keyword[3:] in _COUNTED:
        return _of_size(keyword, details["limit"])
    match keyword:
        case "type":
            types = details["types"]
            return "wrong type", f"must be {' or '.join(NOUNS[name] for name in types)}", None
        case "enum":
            options = [option for option in details["options"] if option is not None]
            shown = [option if isinstance(option, str) else json.dumps(option) for option in options]
            return "not allowed", f"must be {' or '.join(shown)}", options
        case "format":
            return _of_format(details["format"], value)
        case "minimum":
            return "too small", f"must be {details['limit']} or more", {"minimum": details["limit"]}
        case "maximum":
            return "too large", f"must be {details['limit']} or less", {"maximum": details["limit"]}
        case _:
            limits = ", ".join(f"{name} {limit}" for name, limit in details.items())
            return "not allowed", f"does not satisfy {keyword} ({limits})", None


def _of_size(keyword: str, limit: int) -> Expectation:
    if keyword == "maxProperties" and limit == 0:
        return "not empty", "must be empty or left out", None
    many = f"{limit} {_COUNTED[keyword[3:]]}{'' if limit == 1 else 's'}"
    if keyword.startswith("min"):
        return "too short", f"must have {many} or more", {keyword: limit}
    return "too long", f"may have {many} at most", {keyword: limit}


def _of_format(name: str, text: str) -> Expectation:
    if name == "uuid":
        return "not a UUID", f"must be {UUID_FORM}", None
    try:
        parse_duration(text) if name == "duration" else parse_timestamp(text)
    except TimestampError as error:
        form = "an ISO 8601 duration" if name == "duration" else "a full RFC 3339 date-time"
        return error.problem, f"must be {form}: {error.problem}; {error.hint}", None
    return "not allowed", f"must be of the format {name}", None

"""Values of an update: strings that are not kept exactly, and bad values that are let through."""

import html
import re
import unicodedata
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.bodies import Values
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call

planted = Catalog("update")


def storing(change: Any, *, of_names: bool = False) -> Altering:
    """Stores every value (or every name) as `change` makes it."""

    class Storing(ReferenceServer):
        def read_variable(self, name: str, value: Any) -> str | None:
            found = super().read_variable(name, value)
            return found if of_names or found is None else change(found)

        def read_name(self, name: str) -> str:
            return change(super().read_name(name)) if of_names else super().read_name(name)

    return Storing


def text_probe(text: str) -> str:
    return f'PATCH {{active}} {{"variables": {{"a": "{text}"}}}}'


# Name, summary, a value that it changes, and how.
CHANGES: tuple[tuple[str, str, str, Any], ...] = (
    ("values_trimmed", "Spaces about a value are cut off.", " x ", str.strip),
    ("values_composed", "Values are normalised to NFC.", "e\u0301", lambda text: unicodedata.normalize("NFC", text)),
    ("values_compatible", "Values are normalised to NFKC.", "\ufb01", lambda text: unicodedata.normalize("NFKC", text)),
    ("values_in_lower_case", "Values are written in lower case.", "Big", str.lower),
    ("values_escaped_for_html", "Values are escaped for HTML.", "a<b", html.escape),
    ("tags_removed", "Tags are removed from values.", "a<b>c", lambda text: re.sub(r"<[^>]*>", "", text)),
    ("spaces_merged", "Several spaces become one.", "a  b", lambda text: re.sub(" +", " ", text)),
    ("line_ends_changed", "CR LF becomes LF.", r"a\r\nb", lambda text: text.replace("\r\n", "\n")),
    ("emoji_lost", "What lies beyond the basic plane becomes U+FFFD.", "\U0001f600",
     lambda text: "".join("\ufffd" if ord(letter) > 0xFFFF else letter for letter in text)),
    ("accents_lost", "What is not Latin-1 becomes a question mark.", "Łódź",
     lambda text: text.encode("latin-1", "replace").decode("latin-1")),
    ("placeholders_filled", "Placeholders in double braces are taken out.", "Hi {{first_name}}",
     lambda text: re.sub(r"\{\{.*?\}\}", "", text)),
    ("percent_decoded", "Percent signs are decoded.", "100%25", lambda text: text.replace("%25", "%")),
    ("backslashes_doubled", "A backslash is doubled.", r"a\\b", lambda text: text.replace("\\", "\\\\")),
    ("quotes_straightened", "Typographic quotes become straight.", "“x”",
     lambda text: text.replace("“", '"').replace("”", '"')),
    ("zero_width_removed", "Zero-width characters are removed.", "a\u200db",
     lambda text: text.replace("\u200d", "").replace("\u200b", "")),
)  # fmt: skip
for name, summary, sample, change in CHANGES:
    planted.add(name, summary, "documented", "update.strings", text_probe(sample), storing(change))

for name, summary, length, probe in (
    ("values_cut_at_255", "Values are cut after 255 characters.", 255, "PATCH {active} @thousand"),
    ("values_cut_at_1000", "Values are cut after 1,000 characters.", 1_000, "PATCH {active} @thousand"),
    ("values_cut_at_65535", "Values are cut after 65,535 characters.", 65_535, "PATCH {active} @long"),
):
    cutting = storing(lambda text, length=length: text[:length])
    planted.add(name, summary, "documented", "update.strings", probe, cutting)

for name, summary, sample, change in (
    ("names_trimmed", "Spaces about a key are cut off.", " a ", str.strip),
    ("names_in_lower_case", "Keys are written in lower case.", "firstName", str.lower),
    ("names_snake_cased", "Hyphens in keys become underscores.", "first-name", lambda text: text.replace("-", "_")),
    ("names_cut_at_64", "Keys are cut after 64 characters.", "k" * 70, lambda text: text[:64]),
):
    probe = f'PATCH {{active}} {{"variables": {{"{sample}": "x"}}}}'
    planted.add(name, summary, "documented", "update.strings", probe, storing(change, of_names=True))


@planted.documented("update.strings", 'PATCH {active} {"variables": {"__proto__": "x", "a": "b"}}')
class ProtoDropped(ReferenceServer):
    """The key __proto__ is dropped."""

    def read_variables(self, value: Any) -> Values:
        return {name: one for name, one in super().read_variables(value).items() if name != "__proto__"}


@planted.documented("update.strings", 'PATCH {active} {"variables": {"a.b": "x"}}')
class DottedNamesCut(ReferenceServer):
    """A key with a dot is taken for a path, of which the last part is kept."""

    def read_name(self, name: str) -> str:
        return super().read_name(name).rpartition(".")[2]


@planted.documented("update.merge update.nothing_named update.strings_kept", "PATCH {active} @many")
class FiftyVariablesAtMost(ReferenceServer):
    """Variables beyond the fiftieth are dropped."""

    def merge(self, old: dict[str, str] | None, changes: Values) -> dict[str, str] | None:
        merged = super().merge(old, changes)
        return None if merged is None else dict(list(merged.items())[:50])


class Lenient(ReferenceServer):
    """Lets through values that are neither string nor null."""

    kinds: tuple[type, ...] = ()

    def read_variable(self, name: str, value: Any) -> str | None:
        fits = type(value) in self.kinds
        return super().read_variable(name, self.written(value) if fits else value)

    def written(self, value: Any) -> str:
        return str(value)


@planted.documented("update.rejects.values update.rejects.characters", 'PATCH {active} {"variables": {"a": 1}}')
class NumbersAccepted(Lenient):
    """A number is stored as text."""

    kinds = (int, float)


@planted.documented("update.rejects.values update.rejects.characters", 'PATCH {active} {"variables": {"a": true}}')
class BooleansAccepted(Lenient):
    """true and false are stored as text."""

    kinds = (bool,)


@planted.documented(
    "update.rejects.values update.rejects.characters", 'PATCH {active} {"variables": {"a": {"b": "c"}}}'
)
class ObjectsAccepted(Lenient):
    """An object is stored as text."""

    kinds = (dict,)


@planted.documented("update.rejects.values update.rejects.characters", 'PATCH {active} {"variables": {"a": ["b"]}}')
class ListsAccepted(Lenient):
    """A list is stored as its items, joined."""

    kinds = (list,)

    def written(self, value: Any) -> str:
        return ",".join(map(str, value))


class LenientBody(ReferenceServer):
    """Takes some malformed `variables` for an empty object."""

    def is_let_through(self, body: dict[str, Any]) -> bool:
        raise NotImplementedError

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        lenient = call.operation == "update" and self.is_let_through(body)
        return super().read_fields(call, {"variables": {}} if lenient else body)


@planted.documented("update.rejects.missing update.rejects.types update.rejects.null", "PATCH {active} {}")
class MissingVariablesAccepted(LenientBody):
    """An update without `variables` is 200."""

    def is_let_through(self, body: dict[str, Any]) -> bool:
        return "variables" not in body


@planted.strict("update.rejects.missing update.rejects.types update.rejects.null", 'PATCH {active} {"variables": null}')
class NullVariablesAccepted(LenientBody):
    """`variables` null is 200."""

    def is_let_through(self, body: dict[str, Any]) -> bool:
        return body.get("variables", "") is None


@planted.documented(
    "update.rejects.missing update.rejects.types update.rejects.null", 'PATCH {active} {"variables": []}'
)
class ListOfVariablesAccepted(LenientBody):
    """`variables` as a list is 200."""

    def is_let_through(self, body: dict[str, Any]) -> bool:
        return isinstance(body.get("variables"), list)


@planted.documented(
    "update.rejects.missing update.rejects.types update.rejects.null", 'PATCH {active} {"variables": "a"}'
)
class TextForVariablesAccepted(LenientBody):
    """`variables` as text is 200."""

    def is_let_through(self, body: dict[str, Any]) -> bool:
        return isinstance(body.get("variables"), str)


@planted.strict("update.rejects.values update.rejects.characters", r'PATCH {active} {"variables": {"a": "x\u0000y"}}')
class NulAccepted(ReferenceServer):
    """NUL is stored."""

    def check_text(self, text: str) -> None:
        super().check_text(text.replace("\0", ""))


@planted.strict("update.rejects.values update.rejects.characters", r'PATCH {active} {"variables": {"a": "\ud800"}}')
class SurrogateReplaced(ReferenceServer):
    """A lone surrogate is let through as a question mark."""

    def read_variable(self, name: str, value: Any) -> str | None:
        text = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        return super().read_variable(name, text)


@planted.strict("update.rejects.values update.rejects.characters", r'PATCH {active} {"variables": {"\u0000": "x"}}')
class NulInNameAccepted(ReferenceServer):
    """NUL is stored in a key."""

    def read_name(self, name: str) -> str:
        super().read_name(name.replace("\0", ""))
        return name

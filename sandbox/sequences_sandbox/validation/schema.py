"""Schemas, compiled once: jsonschema-rs finds what is wrong, and each finding becomes a mistake that teaches.

OpenAPI 3.0 says `nullable` where JSON Schema lists the type `null`; either is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from .excerpt import has, wrong_part
from .formats import CHECKS
from .keywords import NOUNS, mistake
from .mistakes import MISSING, UNKNOWN, Mistake, Path
from .nearest import nearest, short

_MOST_MISTAKES: Final = 20
_MOST_KNOWN_SHOWN: Final = 30
_ANNOTATIONS: Final = ("description", "example", "default")
_RANKS: Final = {UNKNOWN: 0, MISSING: 1}


class Schema:
    """A schema with its references resolved, or with `$defs` of its own."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._plain: Final = _plain(schema)
        self._judge: Final = jsonschema_rs.Draft202012Validator(
            self._plain, formats=dict(CHECKS), validate_formats=True
        )
        self.is_valid: Final = self._judge.is_valid

    def errors(self, value: Any, most: int = _MOST_MISTAKES) -> list[Mistake]:
        """The mistakes of a value, those that help most first: fields that should not be there, then missing ones.

        The value must not hold what `character_mistakes` finds.
        """
        if self.is_valid(value):
            return []
        part = wrong_part(value, self.is_valid)
        found = (each for error in self._judge.iter_errors(part) for each in self._mistakes(error))
        told = islice((each for each in found if each.problem != MISSING or not has(value, each.path)), most)
        return sorted(told, key=lambda one: _RANKS.get(one.problem, 2))

    def _mistakes(self, error: jsonschema_rs.ValidationError) -> Iterator[Mistake]:
        path: Path = tuple(error.instance_path)
        *above, keyword = error.schema_path
        schema = reduce(_member, above, self._plain)
        if schema is False or not isinstance(keyword, str):
            yield Mistake(path, "not allowed", "must be left out", error.instance)
        elif keyword == "additionalProperties":
            unexpected: list[str] = error.kind.as_dict()["unexpected"]
            yield from (_unknown(path, name, schema.get("properties", {})) for name in unexpected)
        elif keyword == "required":
            yield Mistake((*path, error.kind.as_dict()["property"]), MISSING)
        elif keyword in ("oneOf", "anyOf"):
            yield self._no_form(path, keyword, schema[keyword], error.instance)
        else:
            yield mistake(path, keyword, schema[keyword], error.instance, schema.get("title"))

    def _no_form(self, path: Path, keyword: str, forms: Sequence[Mapping[str, Any]], value: Any) -> Mistake:
        """A value that has none of several forms, or more than the one it may have."""
        if all(form.keys() <= {"required", "type", "maxLength"} for form in forms):
            names = [" and ".join(form["required"]) if "required" in form else NOUNS[form["type"]] for form in forms]
            how = "exactly one" if keyword == "oneOf" else "one"
            return Mistake(path, "no form", f"must have {how} of these forms: {'; '.join(names)}", value, names)
        return self._most_likely(path, keyword, forms, value)

    def _most_likely(self, path: Path, keyword: str, forms: Sequence[Mapping[str, Any]], value: Any) -> Mistake:
        """What is wrong with the form that was probably meant; jsonschema weighs them."""
        from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415  # takes a tenth of a second to load
        from jsonschema.exceptions import best_match  # noqa: PLC0415

        checker = FormatChecker(())
        for name, check in CHECKS.items():
            checker.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))
        defs = self._plain.get("$defs", {})
        validator = Draft202012Validator({keyword: forms, "$defs": defs}, format_checker=checker)
        error: Any = best_match(validator.iter_errors(value))
        deeper = (*path, *error.absolute_path)
        if error.validator in ("oneOf", "anyOf", "additionalProperties", "required"):
            return Mistake(deeper, "no form", f"must be {short(_described(forms))}", value)
        return mistake(deeper, str(error.validator), error.validator_value, error.instance)


def _described(forms: Sequence[Mapping[str, Any]]) -> str:
    return " or ".join(str(form.get("title") or NOUNS.get(str(form.get("type")), "of another form")) for form in forms)


def _unknown(path: Path, name: str, known: Mapping[str, Any]) -> Mistake:
    at = (*path, name)
    if not known:
        return Mistake(at, UNKNOWN)
    near = nearest(name, known)
    if near is not None:
        return Mistake(at, UNKNOWN, f"did you mean '{near}'?", nearest=near)
    allowed = list(islice(known, _MOST_KNOWN_SHOWN))
    names = ", ".join(f"'{key}'" for key in allowed)
    return Mistake(at, UNKNOWN, f"it takes {names}", allowed=allowed)


def _member(schema: Any, step: str | int) -> Any:
    return schema[step]


def _plain(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {
        key: {name: _plain(member) for name, member in value.items()}
        if key in ("properties", "$defs")
        else _plain(value)
        for key, value in schema.items()
        if key not in _ANNOTATIONS and key != "nullable" and not key.startswith("x-")
    }
    if plain.get("additionalProperties") is False:
        plain.setdefault("properties", {})  # without it, jsonschema-rs does not name the field that is too many
    if schema.get("nullable"):
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain

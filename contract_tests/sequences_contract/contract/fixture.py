"""The document that a target was loaded with: the company of each contact, and a fresh world to load."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class FixtureError(Exception):
    """The fixture file cannot be used; the text names it."""


class _JsonTypesLoader(yaml.CSafeLoader):
    """Safe YAML whose plain scalars are JSON's: an unquoted timestamp or `no` stays a string."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's own attribute


_JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?\d+$"), list("-0123456789"))


def load_fixture(path: Path) -> dict[str, Any]:
    """The document of a fixture file, without the runs of a JSON Lines one. Raises FixtureError."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            document = json.loads(text.split("\n", 1)[0])
        elif path.suffix == ".json":
            document = json.loads(text)
        else:
            document = yaml.load(text, Loader=_JsonTypesLoader)  # noqa: S506 - a subclass of the safe loader
        if not isinstance(document["organizations"], list):
            raise TypeError("organizations is no list")
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise FixtureError(f"cannot use the fixture {path}: {error}") from None
    return document  # type: ignore[no-any-return]


def companies(document: Mapping[str, Any]) -> dict[str, str | None]:
    """The company of every contact whose id is stated, by that id in lower case, over all organizations."""
    return {
        contact["id"].lower(): company_of(contact)
        for organization in document["organizations"]
        for contact in organization.get("contacts") or []
        if "id" in contact
    }


def company_of(contact: Mapping[str, Any]) -> str | None:
    """The domain of a contact's company; None without a company. Empty where only a name is known, which proves nothing."""
    return contact.get("company_domain") or ("" if contact.get("company_name") else None)

"""YAML, held to the types of JSON."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.fixtures import yaml_text
from sequences_sandbox.fixtures.problem import Fault
from sequences_sandbox.fixtures.yaml_text import YamlText

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both readers of events: a system without libyaml has the second alone."""
    if request.param == "pure Python":
        monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        ("false", False),
        ("-12", -12),
        ("1.5", 1.5),
        ("1e2", 100.0),
        ('"null"', "null"),
        ("'1'", "1"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("~", "~"),
        ("Null", "Null"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
        ("2026-03-02 09:00:00", "2026-03-02 09:00:00"),
        ("-P3DT4H", "-P3DT4H"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("017", "017"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("+1", "+1"),
        ("1e9999", "1e9999"),
        ("=", "="),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_only_jsons_own_spellings_are_anything_but_text(text: str, value: Any) -> None:
    read = YamlText(f"key: {text}").value["key"]
    assert (read, type(read)) == (value, type(value))


def test_a_key_without_a_value_is_null_and_keys_are_always_text() -> None:
    assert YamlText("a:\n1: x\nno: y\nnull: z\n<<: w").value == {"a": None, "1": "x", "no": "y", "null": "z", "<<": "w"}


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("a: 1\nb: 2\na: 3", "the key 'a' occurs twice; keep one", 3),
        ("a: &x 1\nb: *x", "anchors and aliases are not read; write the value out where it is needed", 2),
        (BOMB, "anchors and aliases are not read; write the value out where it is needed", 2),
        ("&a [*a]", "anchors and aliases are not read; write the value out where it is needed", 1),
        ("a: !!python/object:os.system x", "tags are not read; a fixture has the types of JSON only", 1),
        ("a: !!str 1", "tags are not read; a fixture has the types of JSON only", 1),
        ("- !x {}", "tags are not read; a fixture has the types of JSON only", 1),
        ("[a]: 1", "a key must be a plain word or a string", 1),
        ("a\n---\nb", "the file holds a second document; keep one", 3),
        ("[" * 100 + "]" * 100, "more than 64 levels deep", 1),
        ("# nothing", "the file is empty; a fixture holds at least 'organizations'", None),
    ],
)
def test_what_json_does_not_know_is_refused(text: str, problem: str, line: int | None) -> None:
    with pytest.raises(Fault) as caught:
        YamlText(text)
    assert (caught.value.message, caught.value.line) == (problem, line)


@pytest.mark.parametrize("text", ["a: 'open", "a: \x07", "\t- a", "a: [}", 'a: "\\q"', "@a"])
def test_what_is_not_yaml_is_told_so(text: str) -> None:
    with pytest.raises(Fault, match=r"^not YAML: "):
        YamlText(text)


def test_the_line_of_a_value_is_the_line_of_its_key() -> None:
    text = YamlText("a:\n  - b: 1\n    c: 2\n  - [3,\n     4]")
    assert text.line(("a", 0, "c")) == 3
    assert text.line(("a", 1, 1)) == 5
    assert text.line(("a", 0, "missing", "deeper")) == 2
    assert text.line(()) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab:#{ ", max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_json_is_read_as_json_reads_it(value: Any) -> None:
    assert YamlText(json.dumps(value, ensure_ascii=False)).value == value

"""JSON that is none: what is said of it, wherever it is read."""

import json

import pytest
from sequences_sandbox.domain.errors import ValidationIssue
from sequences_sandbox.fixtures.errors import UnreadableError
from sequences_sandbox.fixtures.json import parse_json as parse_fixture
from sequences_sandbox.http.request.body import parse_json as parse_body

SLIPS = [
    ("{'a': 1}", "a single quote stands at column 2, in '{'a': 1}'; put names and strings in double quotes"),
    ("{“a”: 1}", "a curly quote stands at column 2"),
    ('{"a": 1,}', "a comma stands with nothing before or after it"),
    ("[1, 2,\n]", "a comma stands with nothing before or after it"),
    ("[1,, 2]", "a comma stands with nothing before or after it at column 4"),
    ('{"a": 1 "b": 2}', "a comma or a closing bracket is missing at column 9, in '{\"a\": 1 \"b\": 2}'; add it"),
    ('{"a": "so "b""}', r"add it, or write \" for a double quote within a string"),
    ('{"a" 1}', "a colon is missing after a name at column 6"),
    ("{a: 1}", "a name in double quotes is missing at column 2, in '{a: 1}'; write names as \"name\""),
    ('{"a": Ada}', "a text without double quotes stands at column 7"),
    ("name=Ada&page=1", "a text without double quotes stands at column 1"),
    ('{"a": "NaN \\" NaN", "b": NaN}', "NaN is no number of JSON at column 26"),
    ('{"a": -Infinity}', "-Infinity is no number of JSON at column 7"),
    ('{"a": True}', "True is no value of JSON at column 7, in '{\"a\": True}'; write true"),
    ('{"a": 1} // one', "a comment begins at column 10, in '{\"a\": 1} // one'; remove it"),
    ('{/* one */ "a": 1}', "a comment begins at column 2"),
    ('{"a": ', "the text ends too early at column 7"),
    ('{"a": "b', "a string begins and is never closed at column 7"),
    ('{"a": "b\nc"}', r"control character at column 9, in '{\"a\": \"b\nc\"}'; write it as \n".replace(r"\"", '"')),
    ('{"a": "C:\\path"}', r"a backslash begins no escape of JSON at column 10"),
    ('{"a": 01}', "a value is malformed at column 8"),
    ('{"a": .5}', "a value is malformed at column 7"),
    ('{"a": NULL}', "NULL is no value of JSON at column 7, in '{\"a\": NULL}'; write null"),
    ('{"a": }', "a value is missing at column 7"),
    ('{"a": 1} {"b": 2}', "something follows the value at column 10"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SLIPS)
def test_a_body_and_a_fixture_are_told_what_is_wrong_where_and_what_to_do(text, said):
    with pytest.raises(ValidationIssue) as of_body:
        parse_body(text.encode())
    with pytest.raises(UnreadableError) as of_fixture:
        parse_fixture(text)
    beginning, _, explained = of_body.value.message.partition(": ")
    line = of_fixture.value.line
    assert beginning == f"The body is not valid JSON in line {line}"
    assert said in explained
    assert of_fixture.value.message == f"not JSON: {explained.removesuffix('.')}"
    assert text.encode().decode()[: of_body.value.data["position"]].count("\n") == line - 1


@pytest.mark.parametrize("path", ["/_sandbox/faults", "/_sandbox/worlds", "contacts/x"])
def test_both_apis_say_it(api, path):
    method = "PATCH" if path.startswith("contacts") else "POST"
    path = "sequences/88c23cea-9b1b-4f3e-8c43-2d8d1b7f5a10" if method == "PATCH" else path
    response = api(method, path, content=b"{'a': 1}", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["message"].startswith(
        "The body is not valid JSON in line 1: a single quote stands at column 2"
    )


def test_what_is_shown_is_short_prints_and_holds_no_piece_of_a_key():
    key = "topo_" + "k" * 300
    with pytest.raises(ValidationIssue) as told:
        parse_body(f'{{"a": "{key}" \x1b[2J\u202e {"x" * 1000}'.encode())
    assert len(told.value.message) < 250
    assert told.value.message.isprintable()
    assert "kk" not in told.value.message
    assert r"\u001b[2J\u202e" in told.value.message


def test_what_is_said_of_a_fixture_names_no_key():
    with pytest.raises(UnreadableError) as told:
        parse_fixture('{"token": "topo_secret" "name": "Mine"}')
    assert "topo_***" in told.value.message
    assert "secret" not in told.value.message


@pytest.mark.parametrize("shift", range(45))
def test_what_is_shown_holds_no_piece_of_a_key_that_percent_encoding_hides(shift):
    with pytest.raises(ValidationIssue) as told:
        parse_body(f'{{"a": "topo%5Fs%65cret%5Fkey{"x" * shift}" oops'.encode())
    assert "cret" not in told.value.message
    assert "key" not in told.value.message


@pytest.mark.parametrize("frame", ['{{"a": "{}"', '["{}", NaN]', '["{}" x', "{}", "[{}", '"{}', '["\\"{}", NaN'])
@pytest.mark.parametrize("filling", [" ", "x", "\\\\", ",", '",": "'])
def test_what_is_said_of_a_megabyte_is_short(frame, filling):
    text = frame.format(filling * ((1 << 20) // len(filling)))
    with pytest.raises(ValidationIssue) as told:
        parse_body(text.encode())
    assert len(json.dumps(told.value.data)) + len(told.value.message) < 1000

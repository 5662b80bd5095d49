"""Mistakes: every one that a value has, in words that say what would be right."""

import pytest
from sequences_sandbox.validation import Mistake, Schema, character_mistakes, issue, nearest

RUN = {
    "type": "object",
    "required": ["id", "status"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "status": {"type": "string", "enum": ["ACTIVE", "FOUND"]},
        "note": {"type": "string", "nullable": True, "maxLength": 3, "x-basis": "own"},
        "steps": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "integer", "minimum": 1}},
        "at": {"anyOf": [{"$ref": "#/$defs/duration"}, {"$ref": "#/$defs/time"}]},
        "by": {"oneOf": [{"required": ["to"]}, {"required": ["for"]}], "type": "object"},
    },
    "$defs": {
        "duration": {"type": "string", "title": "a duration", "pattern": "^P"},
        "time": {"type": "string", "title": "a time", "format": "date-time"},
    },
}
ID = "88c23cea-f199-4cf0-964c-3f1e007417b7"
GOOD = {"id": ID, "status": "ACTIVE"}


def messages(value, schema=RUN):
    return [mistake.message("The body") for mistake in Schema(schema).errors(value)]


@pytest.mark.parametrize(
    "value", [GOOD, {**GOOD, "note": None}, {**GOOD, "steps": [1, 2]}, {**GOOD, "at": "P1D", "by": {"to": 1}}]
)
def test_a_value_that_fits_has_no_mistakes(value):
    assert messages(value) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stauts": 1}, "The body has no field 'stauts'; did you mean 'status'?"),
        ({"zzzzzzzz": 1}, "The body has no field 'zzzzzzzz'; it takes 'id', 'status', 'note', 'steps', 'at', 'by'."),
        ({"id": 3}, "'id' must be a string."),
        (
            {"id": "{" + ID + "}"},
            "'id' must be a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, without braces.",
        ),
        ({"status": "active"}, "'status' must be ACTIVE or FOUND; did you mean 'ACTIVE'?"),
        ({"note": "long"}, "'note' may have 3 characters at most."),
        ({"note": 1}, "'note' must be a string or null."),
        ({"steps": []}, "'steps' must have 1 item or more."),
        ({"steps": [1, 0]}, "'steps/1' must be 1 or more."),
        ({"steps": [1, 1]}, "'steps' holds the same value twice; keep one."),
        ({"by": {}}, "'by' must have exactly one of these forms: to; for."),
        ({"by": {"to": 1, "for": 2}}, "'by' must have exactly one of these forms: to; for."),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(change, message):
    assert messages({**GOOD, **change}) == [message]


@pytest.mark.parametrize("value", ["tomorrow", 3, None])
def test_of_several_forms_the_likeliest_is_explained(value):
    (message,) = messages({**GOOD, "at": value})
    assert message.startswith("'at' ")
    assert "$ref" not in message


def test_every_mistake_is_found_those_first_that_explain_the_others():
    mistakes = Schema(RUN).errors({"stauts": "ACTIVE", "note": 3, "steps": [0, 0]})
    assert [(mistake.field, mistake.problem) for mistake in mistakes] == [
        ("stauts", "unknown"), ("id", "missing"), ("status", "missing"), ("note", "wrong type"), ("steps", "repeated"),
        ("steps/0", "too small"), ("steps/1", "too small"),
    ]  # fmt: skip


def test_a_value_with_countless_mistakes_is_told_some_of_them():
    assert len(Schema(RUN).errors({f"field {number}": 1 for number in range(10_000)}, most=20)) == 20


def test_an_empty_object_is_all_that_a_schema_without_fields_takes():
    assert messages({"a": 1}, {"type": "object", "additionalProperties": False}) == [
        "The body takes no fields here; leave out 'a'."
    ]


def test_the_error_for_several_mistakes_has_the_first_on_top_and_all_of_them():
    mistakes = [
        Mistake(("a",), "too small", "must be 1 or more", 0, {"minimum": 1}),
        Mistake(("b", 2), "not allowed", "must be x", "y", ["x"], "x"),
    ]
    error = issue(mistakes, "The fixture")
    assert error.message == "'a' must be 1 or more."
    assert {name: error.data[name] for name in ("field", "problem", "value", "allowed")} == {
        "field": "a", "problem": "too small", "value": 0, "allowed": {"minimum": 1},
    }  # fmt: skip
    assert [one["message"] for one in error.data["errors"]] == [error.message, "'b/2' must be x; did you mean 'x'?"]
    assert error.data["errors"][1]["nearest"] == "x"


def test_characters_that_cannot_be_kept_are_found_wherever_they_are():
    value = {"a": ["fine", "nul\0"], "\ud800": 1, "b": {"c": "\udfff"}}
    assert [(mistake.field, mistake.problem) for mistake in character_mistakes(value)] == [
        ("a/1", "NUL"), ("", "a lone surrogate"), ("b/c", "a lone surrogate"),
    ]  # fmt: skip


def test_what_was_meant_is_guessed_among_few_and_short_names_only():
    assert nearest("Statsu", ["status", "page"]) == "status"
    assert nearest("active", ["ACTIVE"]) == "ACTIVE"
    assert nearest("x" * 65, ["x" * 64]) is None
    assert nearest("x" * 60, ["x" * 65]) is None
    assert nearest("Xtatus", [*map(str, range(1000)), "status"]) is None


def test_names_with_the_same_beginning_are_compared_first():
    assert nearest("statsu", [*map(str, range(1000)), "status"]) == "status"

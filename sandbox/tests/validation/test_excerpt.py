"""Of what is wrong with a large value, the first is found, at about the cost of looking at it."""

import pytest
from sequences_sandbox.validation import Schema
from sequences_sandbox.validation.excerpt import wrong_part

STRICT = Schema(
    {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "texts": {"type": "object", "additionalProperties": {"type": "string"}},
            "few": {"type": "array", "maxItems": 2, "items": {"type": "integer"}},
        },
    }
)


@pytest.mark.parametrize("wrong", [1, 100, 129, 3000, 9_999, 19_990])
def test_the_first_mistake_is_told_wherever_it_is(wrong):
    texts = {f"k{number}": 1 if number >= wrong else "" for number in range(20_000)}
    found = STRICT.errors({"name": "n", "texts": texts})
    assert [mistake.path for mistake in found] == [
        ("texts", f"k{number}") for number in range(wrong, min(wrong + 20, 20_000))
    ]


def test_a_field_that_is_far_behind_others_is_not_said_to_be_missing():
    found = STRICT.errors({**{f"k{number}": 1 for number in range(20_000)}, "name": "n"})
    assert {mistake.problem for mistake in found} == {"unknown"}
    found = STRICT.errors({f"k{number}": 1 for number in range(10)})
    assert {mistake.problem for mistake in found} == {"unknown", "missing"}


def test_a_list_that_is_too_long_is_told_as_such():
    assert [mistake.path for mistake in STRICT.errors({"name": "n", "few": [1] * 20_000})] == [("few",)]


@pytest.mark.parametrize("wrong", [0, 1, 5000, 19_999])
def test_few_members_are_looked_at_for_what_is_wrong_and_each_only_a_few_times(wrong):
    looked = []

    def is_valid(part):
        looked.append(len(part))
        return not any(part)

    part = wrong_part([number >= wrong for number in range(20_000)], is_valid)
    assert wrong < len(part) <= wrong + 128
    assert sum(looked) < 15 * 20_000

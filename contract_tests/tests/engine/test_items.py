"""What evidence shows of values, and what is known of a contact's company."""

import pytest
from sequences_contract.contract.fixture import company_of
from sequences_contract.engine.items import Item, brief


def test_of_a_long_string_the_beginning_and_the_length_are_shown():
    assert brief("short") == "'short'"
    assert brief({"note": "b" * 255}) == "{'note': '" + "b" * 40 + "'… (255 characters)}"
    assert brief(dict.fromkeys("abcdefg", 1)) == "{'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1, 'f': 1, …}"


def test_a_difference_says_what_became_of_a_value():
    one, other = Item({"id": "1", "status": "ACTIVE"}), Item({"id": "1", "status": "FAILED"})
    assert f"{one.differences(other)}" == "{'status': 'ACTIVE' became 'FAILED'}"


@pytest.mark.parametrize(
    ("domain", "name", "company"),
    [("acorn.example", "Acorn", "acorn.example"), (None, None, None), ("", "", None), (None, "Solo Ltd", "")],
)
def test_a_company_that_is_known_by_name_alone_is_none_and_no_other_either(domain, name, company):
    assert company_of({"company_domain": domain, "company_name": name}) == company

"""How secrets are taken out of a text: all at once, each whole, and nothing else with them."""

from sequences_contract.http.redaction import hidden_keys, hide, redaction

KEY, READ = "$SEQUENCES_CONTRACT_KEY", "$SEQUENCES_CONTRACT_READ_KEY"


def test_a_key_that_is_part_of_a_variables_name_does_not_garble_it():
    hidden = hidden_keys({"key": "CONTRACT", "read": "SEQUENCES"})
    shown = hide("Bearer CONTRACT, then SEQUENCES", hidden)
    assert shown == f"Bearer {KEY}, then {READ}"
    assert hide(shown, hidden) == shown


def test_a_key_that_begins_another_leaves_nothing_of_it():
    assert hide(
        "topo_secret_reader TOPO_SECRET", hidden_keys({"key": "topo_secret", "read": "topo_secret_reader"})
    ) == (f"{READ} {KEY}")


def test_header_values_keys_and_tokens_are_hidden_percent_encoded_too():
    shown = redaction({"key": "topo/secret"}, (("X-Gateway", "gate way"), ("X-Tenant", "blue")), "admin+token")
    assert shown("topo%2Fsecret gate%20way admin+token blue") == f"{KEY} (the value of X-Gateway) (secret) blue"

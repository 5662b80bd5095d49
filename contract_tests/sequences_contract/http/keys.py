"""The keys that the suite may be given, by role: their variables, their options, and what each is."""

import os

#: The environment variable of each role; it stands for the key in reports.
KEY_VARIABLES = {
    "key": "SEQUENCES_CONTRACT_KEY",
    "read": "SEQUENCES_CONTRACT_READ_KEY",
    "write": "SEQUENCES_CONTRACT_WRITE_KEY",
    "noscope": "SEQUENCES_CONTRACT_NOSCOPE_KEY",
    "other": "SEQUENCES_CONTRACT_OTHER_KEY",
}
#: What each key is.
ROLES = {
    "key": "a key that reads and writes", "read": "a key that only reads", "write": "a key that only writes",
    "noscope": "a key without any scope", "other": "a key of another organization, that reads and writes",
}  # fmt: skip
#: What is sent where no key of a role is given: a key that nobody has.
UNKNOWN_KEY = "topo_unknownKeyOfTheContractSuite0000"


def source_of(role: str, key: str) -> str:
    """What gave the key of a role: its variable where that holds it, else its option."""
    return KEY_VARIABLES[role] if os.environ.get(KEY_VARIABLES[role]) == key else flag(role)


def flag(role: str) -> str:
    """The option that gives the key of a role."""
    return "--key" if role == "key" else f"--{role}-key"

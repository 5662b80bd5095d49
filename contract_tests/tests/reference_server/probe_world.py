"""The world that the probes play in: every status, every kind of sibling, created in an order of its own."""

from typing import Any

NOW = "2026-03-02T09:00:00Z"
TEMPLATE = "9acd9de9-99f5-473b-9921-00000000000a"
OTHER_TEMPLATE = "9acd9de9-99f5-473b-9921-00000000000b"
FOREIGN_TEMPLATE = "9acd9de9-99f5-473b-9921-0000000000ff"
CONTACT_LIST = "f40652a2-9eda-4124-85b6-6e49e3d0f85b"

# Contact: company_name, company_domain.
CONTACTS: dict[str, tuple[str | None, str | None]] = {
    "ann": ("Acme", "acme.example"),
    "bob": ("Acme", "acme.example"),
    "longer": ("Acme Holding", "acme.example.org"),
    "below": ("Acme Shop", "shop.acme.example"),
    "namesake": ("Acme", "namesake.example"),
    "globex": ("Globex", "globex.example"),
    "alone": (None, None),
    "apart": (None, None),
}
# Run: contact, status, minutes before now of created_at, and of updated_at.
RUNS: dict[str, tuple[str | None, str, float, float]] = {
    "found": ("globex", "FOUND", 100, 11),
    "rejected": ("globex", "REFUSED", 90, 17),
    "active": ("ann", "ACTIVE", 110, 13),
    "paused": ("globex", "WAITING_FOR_LEAD", 80, 16),
    "asked": ("globex", "WAITING_FOR_USER", 70, 12),
    "succeeded": ("globex", "SUCCEEDED", 95, 15),
    "completed": ("globex", "COMPLETED", 85, 14),
    "failed": ("globex", "FAILED", 75, 19),
    "stopped": ("globex", "STOPPED_EARLY", 65, 18),
    "twin": ("ann", "ACTIVE", 120, 10),
    "colleague": ("bob", "ACTIVE", 130, 21),
    "colleague_paused": ("bob", "WAITING_FOR_LEAD", 60, 20),
    "colleague_asked": ("bob", "WAITING_FOR_USER", 55, 22),
    "colleague_found": ("bob", "FOUND", 52, 23),
    "colleague_done": ("bob", "SUCCEEDED", 51, 24),
    "longer": ("longer", "ACTIVE", 50, 25),
    "below": ("below", "ACTIVE", 48, 26),
    "namesake": ("namesake", "ACTIVE", 46, 27),
    "alone": ("alone", "ACTIVE", 44, 28),
    "apart": ("apart", "ACTIVE", 42, 29),
    "deleted": (None, "ACTIVE", 40, 30),
    "erased": (None, "ACTIVE", 38, 31),
    "tied": ("globex", "ACTIVE", 200, 32),
    "tied_too": ("globex", "ACTIVE", 200, 32),
    "whole_second": ("globex", "ACTIVE", 300, 33),
    "half_second_on": ("globex", "ACTIVE", 300 - 0.5 / 60, 34),
    **{f"crowd_{number}": ("bob", "ACTIVE", 400 + number, 40 + number) for number in range(12)},
}
IDS = {name: f"88c23cea-f199-4cf0-964c-{number:012x}" for number, name in enumerate([*RUNS, "foreign"], 0xA0)}
IDS |= {"ann": "edb845b8-de65-42a0-a7a1-000000000000", "foreign_contact": "edb845b8-de65-42a0-a7a2-000000000000"}
IDS |= {"template": TEMPLATE, "other_template": OTHER_TEMPLATE, "foreign_template": FOREIGN_TEMPLATE}
TEMPLATES: dict[str, dict[str, Any]] = {
    TEMPLATE: {
        "name": "Outreach", "steps": [{"type": "email", "delay": "P1D"}, {"type": "manual", "delay": "P2D"}],
        "created_at": "-PT16H40M", "updated_at": "-PT2H",
    },
    OTHER_TEMPLATE: {
        "name": "Follow-up", "status": "INACTIVE", "steps": [], "created_at": "-PT12H", "updated_at": "-PT3H",
    },
}  # fmt: skip
KEYS = {"rw": "readwrite", "ro": "readonly", "wo": "writeonly", "no": "noscope", "other": "other_readwrite"}
READ, WRITE, CONTACTS_READ = "sequences:read", "sequences:write", "contacts:read"
SCOPES: dict[str, tuple[str, ...]] = {
    "rw": (READ, WRITE, CONTACTS_READ), "ro": (READ,), "wo": (WRITE,), "no": (), "other": (READ, WRITE, CONTACTS_READ),
}  # fmt: skip
TOKENS = {who: f"topo_probe_{name}" for who, name in KEYS.items()}


def ago(minutes: float) -> str:
    return f"-PT{round(minutes * 60, 1)}S"


def contact_id(name: str, organization: int) -> str:
    return f"edb845b8-de65-42a0-a7a{organization}-{list(CONTACTS).index(name):012x}"


def contact(name: str, organization: int) -> dict[str, Any]:
    """Two have no e-mail address, one has a LinkedIn profile; the last two were seen at one time."""
    place, (company, domain) = list(CONTACTS).index(name), CONTACTS[name]
    return {
        "id": contact_id(name, organization),
        "email": None if name in ("below", "globex") else f"{name.title()}@{organization}.example",
        "first_name": name.title(),
        "linkedin_url": f"https://www.linkedin.com/in/{name}-{organization}" if name in ("ann", "bob") else None,
        "company_name": company,
        "company_domain": domain,
        "first_seen_at": ago(10_000 - 100 * place),
        "last_seen_at": ago(5_000 - 10 * min(place * 5 % 7, 5)),
    }


def run(name: str, template: str, organization: int) -> dict[str, Any]:
    contact, status, created, updated = RUNS.get(name, ("ann", "ACTIVE", 47.0, 9.0))
    row = {
        "id": IDS[name],
        "contact_id": None if contact is None else contact_id(contact, organization),
        "sequence_template_id": template,
        "status": status,
        "variables": {"greeting": "Hello", "city": "Bern"} if name in ("active", "twin", "asked", "foreign") else None,
        "source_contact_list_id": CONTACT_LIST if name == "active" else None,
        "last_step_executed_at": None if status in ("FOUND", "REFUSED") else ago(updated),
        "created_at": ago(created),
        "updated_at": ago(updated),
    }
    return row | ({"paused_until": "P1D"} if status == "WAITING_FOR_LEAD" else {})


def organization(number: int, templates: list[str], runs: list[dict[str, Any]], keys: list[str]) -> dict[str, Any]:
    return {
        "id": f"53df0b1a-75a6-4f6d-acb2-00000000000{number}",
        "name": f"Organization {number}",
        "api_keys": [
            {
                "id": f"aaaaaaaa-0000-4000-8000-00000000000{list(KEYS).index(who)}",
                "token": TOKENS[who],
                "name": KEYS[who],
                "scopes": list(SCOPES[who]),
            }
            for who in keys
        ],
        "contacts": [contact(name, number) for name in CONTACTS],
        "contact_lists": [{"id": CONTACT_LIST, "name": "Imported"}] if number == 1 else [],
        "sequence_templates": [
            {"id": template, **TEMPLATES.get(template, {"name": "South"})} for template in templates
        ],
        "sequences": runs,
    }


def document() -> dict[str, Any]:
    """A fixture document with a frozen clock, so that every outcome is the same each time."""
    own = [run(name, OTHER_TEMPLATE if name == "twin" else TEMPLATE, 1) for name in RUNS]
    foreign = [run("foreign", FOREIGN_TEMPLATE, 2)]
    organizations = [
        organization(1, [TEMPLATE, OTHER_TEMPLATE], own, ["rw", "ro", "wo", "no"]),
        organization(2, [FOREIGN_TEMPLATE], foreign, ["other"]),
    ]
    return {"now": NOW, "frozen": True, "static": True, "organizations": organizations}

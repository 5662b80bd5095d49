"""Contacts: addresses are compared in a normal form, and those without an e-mail address come first."""

import re
from collections.abc import Callable, Iterable

from ...engine import NORMAL_FORMS, Collection, RuleContext
from ..common.list_filters import forms_agree
from ..common.list_order import expect_nulls_first
from ..registry import about

rule = about("Contacts", "listContacts", "getContact")
_MANY = 6
_PROFILE = re.compile(r"(?:https?://)?(?:www\.)?([^/]*)(.*?)/?", re.IGNORECASE)


def profile(url: str) -> str:
    """A LinkedIn address without scheme, `www.`, trailing slash and the case of the host."""
    found = _PROFILE.fullmatch(url)
    return f"{found[1].lower()}{found[2]}" if found else url


NORMAL_FORMS["listContacts", "email"] = str.casefold
NORMAL_FORMS["listContacts", "linkedin_url"] = profile


def _contacts(context: RuleContext) -> Collection:
    return context.collection(context.contract.operations["listContacts"], least=1)


def _values(context: RuleContext, name: str) -> list[str]:
    found = _contacts(context)
    return found.values(found.operation.parameters[name])[:_MANY] or context.skip(f"no contact has {name}; load some")


def _agree(context: RuleContext, name: str, forms: Callable[[str], Iterable[str]]) -> None:
    """The list must agree with the collection for each form of some values of a filter."""
    columns = zip(*map(forms, _values(context, name)), strict=True)
    forms_agree(context, _contacts(context).operation, name, *columns)


@rule("contacts.email.any_case", "The filter email finds an address in any case.", "contacts.email")
def any_case(context: RuleContext) -> None:
    _agree(context, "email", lambda email: (email.upper(), email.lower(), email.swapcase()))


@rule("contacts.email.whole", "The filter email finds whole addresses only.", "contacts.email")
def whole_address(context: RuleContext) -> None:
    _agree(context, "email", lambda email: (email[:-1], email[1:], f"x{email}", email.partition("@")[2]))


def _spellings(url: str) -> Iterable[str]:
    plain = profile(url)
    host, slash, path = plain.partition("/")
    yield from (plain, f"http://{plain}", f"https://www.{plain}", f"https://{plain}/", f"www.{plain}/")
    yield from (f"HTTPS://WWW.{host.upper()}{slash}{path}", f"https://{host.title()}{slash}{path}")


@rule("contacts.linkedin_url.normalised",
      "Scheme, www., a trailing slash and the case of the host do not count in the filter linkedin_url.",
      "contacts.linkedin_url")  # fmt: skip
def normalised(context: RuleContext) -> None:
    _agree(context, "linkedin_url", _spellings)


@rule("contacts.linkedin_url.whole", "The filter linkedin_url finds whole addresses only.", "contacts.linkedin_url")
def whole_profile(context: RuleContext) -> None:
    _agree(context, "linkedin_url", lambda url: (profile(url)[:-1], f"{profile(url)}x", profile(url).partition("/")[0]))


@rule("contacts.null_emails.strict", "Contacts without an e-mail address come before all others.", "contacts.null_emails")  # fmt: skip
def null_emails(context: RuleContext) -> None:
    listing = _contacts(context).operation
    if None not in {item.fields["email"] for item in _contacts(context).items}:
        context.skip("every contact has an e-mail address; load one without")
    expect_nulls_first(context, listing, "email")


@rule("contacts.parameters.strict", "Contacts have no filters by created_at, and no upper bounds.", "contacts.parameters")  # fmt: skip
def parameters(context: RuleContext) -> None:
    for name in ("created_at_after", "created_at_before", "first_seen_before", "last_seen_before", "status"):
        response = context.send(_contacts(context).operation, query={name: "2020-01-01T00:00:00Z"})
        context.expect_rejected(response, f"for the unknown parameter {name}")


@rule("contacts.seen_in_order", "No contact was last seen before it was first seen.", "contacts.seen")
def seen_in_order(context: RuleContext) -> None:
    found = _contacts(context)
    response = context.send(found.operation, query={"size": 100})
    for item in found.items:
        first, last = item.time("first_seen_at"), item.time("last_seen_at")
        context.check(first <= last, "first_seen_at not after last_seen_at", f"{item.fields}", response)


@rule("contacts.of_runs.strict", "The contact of a run can be read.", "contacts.of_runs")
def of_runs(context: RuleContext) -> None:
    if not context.session.judges("Sequences"):
        context.skip("sequences are not judged", excused=True)
    ids = list(
        dict.fromkeys(
            run.contact for run in context.collection(context.sequences, least=1).items if run.contact is not None
        )
    )
    for contact_id in ids[: 4 * _MANY]:
        response = context.send(context.contract.operations["getContact"], contact_id)
        context.expect(response, 200, why="for the contact of a run")

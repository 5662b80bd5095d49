"""Values of the list's parameters: bad ones that are let through, good ones that are rejected."""

import re

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError

planted = Catalog("list")


class Lenient(ReferenceServer):
    """Falls back to the default where a choice is unknown."""

    lenient_in = ""

    def read_choice(self, given: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
        known = name != self.lenient_in or given.get(name) in allowed
        return super().read_choice(given if known else {}, name, default, allowed if known else (default,))


@planted.documented("list.listSequences.rejects.sort_by", "GET /sequences?sort_by=id")
class UnknownSortIgnored(Lenient):
    """An unknown sort_by is ignored."""

    lenient_in = "sort_by"


@planted.documented("list.listSequences.rejects.sort_order", "GET /sequences?sort_order=down")
class UnknownOrderIgnored(Lenient):
    """An unknown sort_order is ignored."""

    lenient_in = "sort_order"


@planted.documented("list.listSequences.rejects.status", "GET /sequences?status=PAUSED")
class UnknownStatusFindsNothing(Lenient):
    """An unknown status matches nothing instead of being rejected."""

    lenient_in = "status"


@planted.documented("list.listSequences.rejects.status", "GET /sequences?status=active")
class StatusInAnyCase(ReferenceServer):
    """The filter status is accepted in lower case."""

    def read_choice(self, given: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
        upper = {key: value.upper() if key == "status" else value for key, value in given.items()}
        return super().read_choice(upper, name, default, allowed)


@planted.documented("list.listSequences.rejects.sequence_template_id", "GET /sequences?sequence_template_id=nonsense")
class MalformedTemplateIgnored(ReferenceServer):
    """A malformed sequence_template_id is ignored."""

    def read_uuid(self, field: str, text: str) -> str | None:
        lenient = field == "sequence_template_id" and len(text) != 36
        return None if lenient else super().read_uuid(field, text)


@planted.documented("list.listSequences.rejects.page list.listSequences.rejects", "GET /sequences?page=0")
class PageZeroAccepted(ReferenceServer):
    """page=0 shows the first page."""

    def read_page(self, text: str) -> int:
        return 1 if text == "0" else super().read_page(text)


@planted.documented("list.listSequences.rejects.page list.listSequences.rejects", "GET /sequences?page=-1")
class NegativePageAccepted(ReferenceServer):
    """A negative page shows the first one."""

    def read_page(self, text: str) -> int:
        return 1 if text.startswith("-") else super().read_page(text)


@planted.documented("list.listSequences.rejects.size", "GET /sequences?size=0")
class SizeZeroAccepted(ReferenceServer):
    """size=0 takes the default."""

    def read_size(self, text: str) -> int:
        return super().read_size(self.default_size if text == "0" else text)


@planted.documented("list.listSequences.rejects.size", "GET /sequences?size=101")
class Size101Accepted(ReferenceServer):
    """size goes one too far."""

    largest_size = 101


@planted.documented("list.listSequences.rejects.size", "GET /sequences?size=250 && GET /sequences?size=101")
class LargeSizeCut(ReferenceServer):
    """A size over 100 is taken for 100."""

    def read_size(self, text: str) -> int:
        return super().read_size(str(min(100, self.read_integer("size", text))))


@planted.documented("list.listSequences.rejects.size", "GET /sequences?size=ten")
class WordForSizeIgnored(ReferenceServer):
    """A size that is no number is ignored."""

    def read_size(self, text: str) -> int:
        return super().read_size(self.default_size if text.isalpha() else text)


@planted.documented("list.listSequences.rejects.page list.listSequences.rejects", "GET /sequences?page=2x")
class PageReadUpToFirstLetter(ReferenceServer):
    """page=2x is page 2."""

    def read_page(self, text: str) -> int:
        found = re.match(r"\d+", text)
        return super().read_page(found[0] if found else text)


@planted.strict("list.listSequences.rejects query.", "GET /sequences?size=5.0")
class SizeWithPointAccepted(ReferenceServer):
    """size=5.0 is 5."""

    def read_size(self, text: str) -> int:
        return super().read_size(text.removesuffix(".0"))


@planted.strict("list.listSequences.rejects query.", "GET /sequences?page=%2B1 && GET /sequences?page=%201")
class PageWithSignOrSpaceAccepted(ReferenceServer):
    """page may have a plus sign or spaces about it."""

    def read_page(self, text: str) -> int:
        return super().read_page(text.strip().removeprefix("+"))


@planted.strict("list.listSequences.rejects query.", "GET /sequences?status=FOUND&status=ACTIVE")
class RepeatedParameterLastWins(ReferenceServer):
    """Of a repeated parameter the last one counts."""

    def repeated_parameter(self, given: dict[str, str], name: str, value: str) -> None:
        given[name] = value


@planted.strict("list.listSequences.rejects query.", "GET /sequences?status=FOUND&status=ACTIVE")
class RepeatedParameterFirstWins(ReferenceServer):
    """Of a repeated parameter the first one counts."""

    def repeated_parameter(self, given: dict[str, str], name: str, value: str) -> None:
        return None


@planted.strict("list.listSequences.rejects query.", "GET /sequences?status=")
class EmptyParameterIgnored(ReferenceServer):
    """An empty parameter is ignored."""

    def empty_parameter(self, name: str) -> None:
        return None


@planted.strict("list.listSequences.rejects query.", "GET /sequences?page_size=5")
class NearestParameterNotNamed(ReferenceServer):
    """An unknown parameter is rejected without naming the nearest one."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        raise ApiError(400, "There is an unknown query parameter.")

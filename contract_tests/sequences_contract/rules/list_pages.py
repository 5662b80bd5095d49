"""Pages: they partition the collection, and their numbers are right, on the last page and beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registry import rule

if TYPE_CHECKING:
    from ..trial import Trial


def _partition(trial: Trial, size: int, **query: str | int) -> None:
    """The pages at this size, put together, are the whole in order: no gap, no overlap, no repetition."""
    for _ in (1, 2):
        whole = [run.id for run in trial.runs(query)]
        pages = trial.pages(query, size) if len(whole) / size <= 120 else trial.pages(query, size)[:120]
        joined = [run.id for _, page in pages for run in page.items]
        if joined == whole[: len(joined)]:
            break
    place = next((i for i, (one, other) in enumerate(zip(joined, whole, strict=False)) if one != other), len(joined))
    answer = pages[min(place // size, len(pages) - 1)][0]
    trial.that(joined == whole[: len(joined)], f"run {place + 1} of the whole", f"another one at size {size}", answer)
    trial.that(len(joined) == len(whole) or len(pages) >= 120, f"{len(whole)} runs in all", f"{len(joined)}", answer)
    for number, (answer, page) in enumerate(pages, 1):
        last = -(-len(whole) // size)
        full = size if number < last else len(whole) - size * (last - 1)
        wanted = max(0, min(size, full)) if number <= last else 0
        trial.that(
            len(page.items) == wanted, f"{wanted} runs on page {number} of size {size}", f"{len(page.items)}", answer
        )
        trial.that(page.total_count == len(whole), f"total_count {len(whole)}", f"{page.total_count}", answer)
        if whole:
            trial.that(page.total_pages == last, f"total_pages {last}", f"{page.total_pages}", answer)
        trial.that(
            page.has_more == (number < last),
            f"has_more {number < last} on page {number} of {last}",
            f"{page.has_more}",
            answer,
        )


@rule(
    "list.pages.partition",
    "Pages of any size hold every match once, in order, with right numbers.",
    "list.envelope",
    "list.total_count",
    "list.total_pages",
    "list.has_more",
)
def partition(trial: Trial) -> None:
    for size in (100, 99, 37, 10, 7):
        _partition(trial, size)


@rule("list.pages.small", "Pages of one, two and three runs are right as well.", "list.size", "list.total_pages")
def small(trial: Trial) -> None:
    statuses = sorted(
        {run.status for run in trial.bench.census().runs}, key=lambda s: len(trial.bench.census().in_status(s))
    )
    if not statuses:
        trial.skip("the organization has no run")
    for size in (1, 2, 3):
        _partition(trial, size, status=statuses[0])


@rule("list.pages.sorted", "Pages partition every order.", "list.envelope", "list.sort_by")
def in_order(trial: Trial) -> None:
    for sort_by in ("created_at", "updated_at", "status"):
        for sort_order in ("asc", "desc"):
            _partition(trial, 23, sort_by=sort_by, sort_order=sort_order)


@rule("list.pages.filtered", "Pages partition what filters keep.", "list.envelope", "list.filters", "list.total_count")
def filtered(trial: Trial) -> None:
    runs = trial.bench.census().runs
    if not runs:
        trial.skip("the organization has no run")
    middle = sorted(runs, key=lambda run: run.created)[len(runs) // 2]
    for query in (
        {"status": middle.status}, {"sequence_template_id": middle.template},
        {"created_at_after": str(middle.fields["created_at"])}, {"created_at_before": str(middle.fields["created_at"])},
    ):  # fmt: skip
        for size in (10, 13):
            _partition(trial, size, **query)


@rule(
    "list.pages.exact", "When the last page is full, nothing is said to follow it.", "list.has_more", "list.total_pages"
)
def exact(trial: Trial) -> None:
    for name in trial.bench.contract.statuses:
        count = len(trial.bench.census().in_status(name))
        if 2 <= count <= 100:
            _partition(trial, count, status=name)
            if count % 2 == 0:
                _partition(trial, count // 2, status=name)


@rule("list.pages.past_the_end.strict", "A page past the end is 200, empty, the last of nothing.", "list.past_the_end")
def past(trial: Trial) -> None:
    total = len(trial.bench.census().runs)
    for page in (total // 10 + 2, 10**6, 10**12, 10**30):
        answer = trial.search(page=page)
        found = trial.page_of(answer)
        shown = f"{len(found.items)} runs, has_more {found.has_more}, total_count {found.total_count}"
        fits = not found.items and not found.has_more and abs(found.total_count - total) < max(5, total // 10)
        trial.that(fits, f"no runs, has_more false, total_count {total}", shown, answer)


@rule(
    "list.pages.nothing",
    "Without a match there are no runs, a count of 0, and nothing follows.",
    "list.total_count",
    "list.has_more",
)
def nothing(trial: Trial) -> None:
    answer = trial.search(created_at_after="2999-01-01T00:00:00Z")
    page = trial.page_of(answer)
    shown = f"{len(page.items)} runs, count {page.total_count}, pages {page.total_pages}, has_more {page.has_more}"
    fits = not page.items and page.total_count == 0 and not page.has_more and page.total_pages in (0, 1)
    trial.that(fits, "nothing", shown, answer)


@rule("list.pages.nothing.strict", "Without a match total_pages is 0.", "list.no_match")
def nothing_strict(trial: Trial) -> None:
    answer = trial.search(created_at_after="2999-01-01T00:00:00Z")
    page = trial.page_of(answer)
    trial.that(page.total_pages == 0, "total_pages 0", f"{page.total_pages}", answer)


@rule(
    "list.defaults",
    "Without parameters the list is page 1 of size 10 by created_at ascending.",
    "list.page",
    "list.size",
    "list.sort_by",
    "list.sort_order",
)
def defaults(trial: Trial) -> None:
    whole: dict[str, str | int] = {"sort_by": "created_at", "sort_order": "asc", "page": 1, "size": 10}
    for left_out in (set(whole), {"page"}, {"size"}, {"sort_by"}, {"sort_order"}, {"sort_by", "sort_order"}):
        for _ in (1, 2):
            wanted = trial.page_of(trial.search(**whole))
            answer = trial.search(**{name: value for name, value in whole.items() if name not in left_out})
            page = trial.page_of(answer)
            if page == wanted:
                break
        shown = f"{len(page.items)} runs, other ones or in another order"
        trial.that(page == wanted, f"the same as {whole}", shown, answer)


@rule("list.size.limits", "Sizes from 1 to 100 are accepted and kept to.", "list.size")
def sizes(trial: Trial) -> None:
    for size in (1, 2, 10, 50, 99, 100):
        answer = trial.search(size=size)
        page = trial.page_of(answer)
        wanted = min(size, page.total_count)
        trial.that(len(page.items) == wanted, f"{wanted} runs", f"{len(page.items)}", answer)

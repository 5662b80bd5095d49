"""Strings are kept as they are, whatever stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registry import rule
from .update import set_variables

if TYPE_CHECKING:
    from ..trial import Trial

_STRINGS = (
    "", " ", "  both sides  ", "\ttab and\nline\r\n", "Ünïcödé", "e\u0301 decomposed, \u00e9 composed", "日本語テキスト",
    "emoji 👩‍👩‍👧 family", "{{first_name}} & <b>\"quotes\"</b> 'single' \\ back", "ALL CAPS and lower", "null", "true", "0", "007",
    "\u200b\ufeffinvisible", "\u202eright to left", "%20%00", "a" * 255, "b" * 256, "c" * 1001, "d" * 20_000, "z" * 70_000, "y" * 300_000, "é" * 5000,
    "\u0001\u001f\u007f", "-1", "1e3", "[1]", "{}", "&amp;", "&lt;", "﷽", "100%25", "%41%20", "“curly” ‘quotes’", "line\u2028and\u2029paragraph", "a+b", "&#39;",
)  # fmt: skip


@rule("update.strings_kept", "Strings are kept exactly, in keys and values.", "update.merge", tier="write")
def strings(trial: Trial) -> None:
    with trial.borrow() as run:
        for start in range(0, len(_STRINGS), 6):
            part = _STRINGS[start : start + 6]
            set_variables(trial, run, {f"suite_{start + index}": text for index, text in enumerate(part)})
        for text in (
            "é",
            "e\u0301",
            " spaced ",
            "UPPER",
            "upper",
            "k" * 300,
            "with-hyphen",
            "%41percent",
            "“quoted”",
            "line\u2028separator",
            "with_underscore",
            "camelCase",
            "with:colon",
            "日本",
            "a.b",
            "a/b",
            "$ref",
            "__proto__",
            "<b>",
        ):
            set_variables(trial, run, {text: "x"})
        set_variables(trial, run, {f"suite_many_{number}": str(number) for number in range(60)})
        listed = [other for other in trial.runs({"status": run.status}) if other.id == run.id]
        if listed:
            answer = trial.get(run.id)
            trial.that(listed[0] == trial.run_of(answer), "the same in the list", "other variables", answer)

"""Reports of an outcome, one file a form. Each has one function that returns the text: `text(...)`; `terminal` prints.

A report never holds a key: evidence comes with the names of variables in place of keys, and nothing else is told of them.
"""

from . import github, html, json, junit, sarif, terminal

__all__ = ["github", "html", "json", "junit", "sarif", "terminal"]

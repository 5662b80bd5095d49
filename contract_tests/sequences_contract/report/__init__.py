"""Reports of an outcome, one file a form. Each has one function that returns the text: `text(...)`; `terminal` prints.

A report never holds a key: evidence comes with the names of variables in place of keys, and nothing else of them is shown.
"""

"""The rules. A rule is a sentence, the statements it holds a target to, and a function that tries it."""

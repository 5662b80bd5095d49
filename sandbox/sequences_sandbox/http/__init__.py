"""All that the program knows of HTTP, Connexion and Flask.

`contract` turns a contract into operations (`operation`), one object each, at start; `asgi` is Connexion's way in and
carries a request to its operation; `request` reads what was sent, `responses` and `streaming` write what is sent back;
`traffic` limits, injects and records; `pages` serves what is no operation.
"""

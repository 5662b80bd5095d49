"""All that the program knows of HTTP, Connexion and Flask.

`compile` turns a contract into operations, one object each, at start; `middleware` is Connexion's way in and carries a
request to its operation; `parameters`, `body` and `schemas` read what was sent; `answers` writes what is sent back.
"""

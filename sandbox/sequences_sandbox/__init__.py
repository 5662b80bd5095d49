"""The sandbox of the Sequences API: a server that behaves as openapi.yaml says."""

__version__ = "0.1.0"

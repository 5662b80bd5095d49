"""The contract suite: holds any implementation of the Sequences API to openapi.yaml."""

__version__ = "0.1.0"

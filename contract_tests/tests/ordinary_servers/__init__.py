"""Three correct servers in three styles, which take the freedoms that ordinary stacks take. Profile documented must pass.

They share a small application, and differ in what surrounds it: a framework with redirects and pages of its own, an ASGI
stack with compression, and a plain server that speaks HTTP/1.0.
"""

from .application import Application, Freedoms, document
from .serving import STYLES, ordinary

__all__ = ["STYLES", "Application", "Freedoms", "document", "ordinary"]

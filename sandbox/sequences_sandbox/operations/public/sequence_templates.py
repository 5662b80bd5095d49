"""The tag Sequence templates."""

from ...resources.templates import TEMPLATES
from .reads import get_one, list_page

listSequenceTemplates = list_page(TEMPLATES)
getSequenceTemplate = get_one(TEMPLATES)

"""An edition as markup: MJML, HTML and text, subject, size budget, lint; delivers nothing."""

from digest.rendering.check import TemplateCheck, find_problems_in_templates
from digest.rendering.colours import contrast
from digest.rendering.folders import shipped_templates
from digest.rendering.lint import lint
from digest.rendering.renderer import Renderer

__all__ = ["Renderer", "TemplateCheck", "contrast", "find_problems_in_templates", "lint", "shipped_templates"]

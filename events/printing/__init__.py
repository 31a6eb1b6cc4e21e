"""What people print: badges, door signs, certificates and a booklet, from a released document, as PDF."""

from .pdf import render_html, render_pdf
from .sheets import PRINTS, PrintOptions, build_context

__all__ = ["PRINTS", "PrintOptions", "build_context", "render_html", "render_pdf"]

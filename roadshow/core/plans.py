"""Floor plans: pictures, or SVG of which only harmless elements are kept."""

import secrets
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from lxml import etree

from .fields import MigratesAs, ReencodedPicture, reencode_picture

MAX_BYTES = 2 * 1024 * 1024
SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset([
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line",
    "polyline", "polygon", "text", "tspan", "clipPath", "mask", "pattern", "linearGradient",
    "radialGradient", "stop", "marker",
])  # fmt: skip
ATTRIBUTES = frozenset([
    "id", "class", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height",
    "viewBox", "points", "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-opacity", "opacity", "offset",
    "stop-color", "stop-opacity", "font-family", "font-size", "font-weight", "text-anchor",
    "dominant-baseline", "dx", "dy", "preserveAspectRatio", "clip-path", "mask", "gradientUnits",
    "gradientTransform", "patternUnits", "markerWidth", "markerHeight", "refX", "refY", "orient", "href",
    "lang",
])  # fmt: skip


def sanitize_svg(data: bytes) -> bytes:
    """The drawing with shapes, texts and references inside itself only: no script, style, picture or address.

    Raises ValidationError when it is not SVG.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValidationError(_("This is not an SVG drawing that we can read.")) from error
    if root.tag != f"{{{SVG}}}svg":
        raise ValidationError(_("This is not an SVG drawing that we can read."))
    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name not in ELEMENTS or etree.QName(element).namespace != SVG:
            if element.getparent() is not None:
                element.getparent().remove(element)
            continue
        for key, value in list(element.attrib.items()):
            local = etree.QName(key).localname
            if local not in ATTRIBUTES or not _is_local(local, value):
                del element.attrib[key]
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _is_local(name: str, value: str) -> bool:
    """Whether an attribute refers to nothing outside of the drawing."""
    text = "".join(value.split()).lower()
    if name == "href":
        return text.startswith("#")
    return "url(" not in text.replace("url(#", "") and "javascript:" not in text


def clean_plan(upload) -> ContentFile:
    """An uploaded plan as it is stored. Raises ValidationError when it is neither a picture nor SVG."""
    if upload.size > MAX_BYTES and PurePath(upload.name).suffix.lower() == ".svg":
        raise ValidationError(_("The drawing has more than 2 MB. Make it smaller first."))
    if PurePath(upload.name).suffix.lower() != ".svg":
        return reencode_picture(upload)
    upload.seek(0)
    name = slugify(PurePath(upload.name).stem)[:60] or "plan"
    return ReencodedPicture(sanitize_svg(upload.read()), name=f"{name}-{secrets.token_hex(8)}.svg")


class PlanField(MigratesAs, models.FileField):
    """A floor plan: a picture without its metadata, or a harmless SVG drawing."""

    migration_class = models.FileField

    def clean(self, value: Any, model_instance: Any) -> Any:
        file = super().clean(value, model_instance)
        return clean_plan(file.file) if file and not file._committed else file

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        if file and not file._committed and not isinstance(file.file, ReencodedPicture):
            file.save(file.name, clean_plan(file.file), save=False)
        return super().pre_save(instance, add)

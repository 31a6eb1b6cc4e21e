"""Shared by the XML formats: parsing without network, entities or DTDs, and the portal's namespace."""

from django.utils.translation import gettext as _
from lxml import etree

MAX_ATTRIBUTES = 5000
NAMESPACE = "urn:roadshow:links"
DETAILS = f"{{{NAMESPACE}}}details"


def parse_xml(data: bytes) -> etree._Element | None:
    """The root element, also of a damaged document; None when nothing could be parsed.

    Raises ValueError with a sentence for an element with so many attributes that comparing them takes long.
    """
    if any(part.count(b"=") > MAX_ATTRIBUTES for part in data.split(b"<")):
        raise ValueError(_("An element of this XML has too many attributes."))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
        remove_comments=True,
    )
    return etree.fromstring(data, parser)


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace, in lower case; empty for comments and the like."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def dump_xml(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)

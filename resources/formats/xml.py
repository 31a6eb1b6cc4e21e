"""What the formats in XML share: parsing that reaches nothing outside of the file, and our namespace."""

from lxml import etree

NAMESPACE = "urn:roadshow:links"
DETAILS = f"{{{NAMESPACE}}}details"


def parse(data: bytes) -> etree._Element | None:
    """The root of a document, also of a damaged one; None when there is nothing to be saved."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
        remove_comments=True,
    )
    return etree.fromstring(data, parser)


def name_of(element: etree._Element) -> str:
    """The element's name without its namespace; empty for what is no element."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def dump(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)

"""The one place where XML is parsed: no document types, no entities, no network, no repair, no giants.

A parser that repairs turns a reply that was cut in half into a list that looks whole (XM-05); one that reads
document types can be made to read files, or to work for hours on a few bytes (XM-01 to XM-03).
"""

from __future__ import annotations

import copy
import re

from lxml import etree

from migration_harvesters.errors import PayloadError

Element = etree._Element

MAX_BYTES = 100 * 1024 * 1024
# UTF-7 and its like exist to hide markup from whoever looks at the bytes.
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(le|be)?|(us-)?ascii|iso-8859-\d{1,2}|windows-125\d|koi8-r|gb18030|gbk|big5", re.I
)


def parse(body: bytes) -> etree._Element:
    """Parse a whole document and give its root element, or raise PayloadError with the place of the fault."""
    if len(body) > MAX_BYTES:
        raise _refused(f"The XML is larger than {MAX_BYTES:,} bytes.")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        recover=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as exc:
        # libxml2 stops at the first entity that it may not expand; the reason is the document type.
        if b"<!DOCTYPE" in body[:10_000].upper():
            raise _doctype() from exc
        raise _refused(f"The XML breaks off or is wrong at line {exc.lineno}.", detail=exc.msg or "") from exc
    except ValueError as exc:
        raise _refused("The XML cannot be read.", detail=str(exc)) from exc
    about = root.getroottree().docinfo
    if about.doctype:
        raise _doctype()
    if not _ENCODINGS.fullmatch(about.encoding or "utf-8"):
        raise _refused(f"The encoding {(about.encoding or '')[:40]} is not accepted.")
    return root


def written(root: etree._Element) -> bytes:
    """Write the document as bytes again."""
    found: bytes = etree.tostring(root, encoding="utf-8")
    return found


def canonical(node: etree._Element) -> bytes:
    """Write one element as a document of its own, the same bytes in any envelope (Exclusive C14N)."""
    alone = copy.deepcopy(node)
    alone.tail = None
    try:
        found: bytes = etree.tostring(alone, method="c14n", exclusive=True)
    except etree.C14NError:
        # Canonical XML refuses namespaces with a relative address; real portals have them.
        found = etree.tostring(alone, encoding="utf-8")
    return found


def _doctype() -> PayloadError:
    return _refused("Document type declarations are not accepted.")


def _refused(message: str, detail: str = "") -> PayloadError:
    return PayloadError(message, code="xml-refused", detail=detail)

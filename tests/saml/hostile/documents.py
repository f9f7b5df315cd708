"""Documents that parsers read differently: DTDs, entities, encodings, second IDs, things beside the root."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from tests.saml.hostile.samples import NOT_IN_METADATA, Sample
from tests.saml.hostile.variants import Variant, marked
from tests.saml.provider import found

Element = etree._Element
_XML = "{http://www.w3.org/XML/1998/namespace}"
_XI = "http://www.w3.org/2001/XInclude"
_FILE = Path(tempfile.gettempdir()) / "digid-machtigen-entity.txt"


def _raw(write: Callable[[str, Sample], str], encoding: str = "utf-8") -> Callable[[Sample], bytes]:
    """Let the sender sign the forged claim, and write the document differently."""

    def make(sample: Sample) -> bytes:
        plain = etree.tostring(sample.seal(sample.forged())).decode()
        return write(plain, sample).encode(encoding)

    return make


def _entity(declaration: str) -> Callable[[Sample], bytes]:
    def write(plain: str, sample: Sample) -> str:
        _FILE.write_text(sample.evil)
        doctype = f"<!DOCTYPE x [{declaration.format(evil=sample.evil, file=_FILE.as_uri())}]>"
        return doctype + plain.replace(f">{sample.evil}<", ">&e;<")

    return _raw(write)


def _default(plain: str, _: Sample) -> str:
    """Take the root's ID out of the document, and let the DTD give it back."""
    name, value = plain[1:].partition(" ")[0], plain.partition(' ID="')[2].partition('"')[0]
    return f'<!DOCTYPE {name} [<!ATTLIST {name} ID CDATA "{value}">]>' + plain.replace(f' ID="{value}"', "", 1)


def _xinclude(root: Element, sample: Sample) -> None:
    _FILE.write_text(sample.evil)
    claim = found(root, f".//{{*}}{sample.claim}")
    claim.text = None
    etree.SubElement(claim, f"{{{_XI}}}include", parse="text", href=_FILE.as_uri())


def _second_id(name: str, *, same: bool = True) -> Callable[[Sample], bytes]:
    def edit(root: Element, sample: Sample) -> None:
        part = sample.part(root)
        found(part, f".//{{*}}{sample.claim}").set(name, part.get("ID", "") if same else "_other")

    return marked(edit)


def _base(root: Element, _: Sample) -> None:
    root.set(f"{_XML}base", "https://evil.example/")


def _encoded(name: str) -> Variant:
    return Variant("document", name, _raw(lambda plain, _: f'<?xml version="1.0" encoding="{name}"?>{plain}', name))


def _beside(name: str, before: str, behind: str) -> Variant:
    write = _raw(lambda plain, _: f"{before}{plain}{behind}")
    return Variant("document", name, write, roles=NOT_IN_METADATA)


VARIANTS = [
    Variant("document", "a DTD that says nothing", _raw(lambda plain, _: f"<!DOCTYPE x>{plain}")),
    Variant("document", "an entity in the claim", _entity('<!ENTITY e "{evil}">')),
    Variant("document", "an entity in an entity", _entity('<!ENTITY f "{evil}"><!ENTITY e "&f;">')),
    Variant("document", "an entity from a file", _entity('<!ENTITY e SYSTEM "{file}">')),
    Variant("document", "an entity behind a parameter", _entity("<!ENTITY % p '<!ENTITY e \"{evil}\">'>%p;")),
    Variant("document", "an attribute by default", _raw(_default)),
    Variant("document", "XInclude", marked(_xinclude)),
    Variant("document", "xml:base", marked(_base), roles=NOT_IN_METADATA),
    *(Variant("document", f"the same ID as {name}", _second_id(name)) for name in ("ID", "Id", "id")),
    Variant("document", "the same ID as xml:id", _second_id(f"{_XML}id")),
    Variant("document", "another ID as xml:id", _second_id(f"{_XML}id", same=False)),
    _beside("a stylesheet", "<?xml-stylesheet href='x'?>", ""),
    _beside("an instruction behind the root", "", "<?x y?>"),
    _beside("a comment before the root", "<!-- x -->", ""),
    _beside("a comment behind the root", "", "<!-- x -->"),
    Variant("document", "UTF-16", _raw(lambda plain, _: plain, "utf-16")),
    Variant("document", "UTF-16 without a mark", _raw(lambda plain, _: f'<?xml version="1.0"?>{plain}', "utf-16-le")),
    Variant("document", "UTF-7", _raw(lambda p, _: f'<?xml version="1.0" encoding="UTF-7"?>{p}'), fools=False),
    *(_encoded(name) for name in ("iso-8859-1", "windows-1252", "us-ascii")),
    Variant("document", "a second root", _raw(lambda plain, _: f"{plain}<x/>")),
    Variant("document", "text behind the root", _raw(lambda plain, _: f"{plain}x")),
    Variant("document", "nothing", lambda _: b"", fools=False),
    Variant("document", "no XML", lambda _: b"no XML at all", fools=False),
    Variant("document", "a null byte", _raw(lambda plain, _: plain.replace("><", ">\x00<", 1)), fools=False),
    Variant("document", "cut off", _raw(lambda plain, _: plain[:-9]), fools=False),
]

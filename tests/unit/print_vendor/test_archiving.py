"""A letter as a file: tagged for who listens to it (PDF/UA-1), and whole for who keeps it (PDF/A-2a).

veraPDF comes in no registry of packages, so these tests look at what it would look at first.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from chalicelib.letters.contract.letter import LetterKind
from print_vendor.rendering import render
from tests.builders import a_letter

KINDS = pytest.mark.parametrize("kind", LetterKind)
FORMS = pytest.mark.parametrize("large_print", [False, True], ids=["normal", "large"])


@KINDS
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_letter_says_which_standards_it_keeps_its_language_and_its_title(kind: LetterKind, language: str) -> None:
    pdf = render(a_letter(kind, language=language))
    root, reader = _read(pdf)
    told = root["/Metadata"].get_object().get_data().decode()
    assert pdf.startswith(b"%PDF-1.7")
    for said in ("pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert said in told
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] in (language, f"{language}-NL")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title
    assert reader.trailer["/ID"]


@FORMS
@KINDS
def test_a_letter_brings_its_fonts_and_colours_and_nothing_that_acts(kind: LetterKind, *, large_print: bool) -> None:
    root, reader = _read(render(a_letter(kind, large_print=large_print)))
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert "/DestOutputProfile" in intent.get_object()
    objects = list(_objects(reader))
    described = [one for one in objects if one.get("/Type") == "/FontDescriptor"]
    assert described
    assert all({"/FontFile2", "/FontFile3"} & one.keys() for one in described)
    assert all("/ToUnicode" in one for one in objects if one.get("/Subtype") == "/Type0")
    assert not [one for one in objects if {"/JS", "/AA", "/EF", "/Encrypt"} & one.keys() or one.get("/S") == "/Launch"]
    assert not {"/Encrypt"} & reader.trailer.keys()
    assert not {"/OpenAction", "/AA"} & root.keys()


@FORMS
@KINDS
def test_who_listens_hears_one_title_then_headings_and_what_the_picture_is(
    kind: LetterKind, *, large_print: bool
) -> None:
    _, reader = _read(render(a_letter(kind, large_print=large_print)))
    tags: list[Any] = [one for one in _objects(reader) if "/S" in one and "/P" in one and "/K" in one]
    names = [str(one["/S"]) for one in tags]
    assert names.count("/H1") == 1
    assert names.count("/H2") >= 2
    assert not {"/H3", "/H4"} & set(names)
    alternatives = [str(one.get("/Alt")) for one in tags if one["/S"] == "/Figure"]
    assert alternatives == ["QR-code met het adres van onze website: machtigen.example.nl"]


@FORMS
@KINDS
def test_all_that_a_letter_says_is_tagged_but_for_the_number_of_a_page(kind: LetterKind, *, large_print: bool) -> None:
    """An artifact is not spoken: a warning that stands in a footer is not heard."""
    for page in PdfReader(BytesIO(render(a_letter(kind, large_print=large_print)))).pages:
        artifacts = re.findall(rb"/Artifact.*?EMC", page.get_contents().get_data(), re.DOTALL)  # type: ignore[union-attr]
        # Each glyph of these fonts has two octets: what is shown of the number is short.
        shown = b"".join(re.findall(rb"<([0-9A-Fa-f]+)>", b"".join(artifacts)))
        assert len(shown) <= len("Pagina 10 van 10") * 4


def test_the_same_letter_is_the_same_octets_and_another_day_another_date() -> None:
    letter = a_letter()
    assert render(letter) == render(letter)
    metadata: Any = _read(render(letter))[1].metadata
    assert metadata["/CreationDate"].startswith("D:20310517")


def _read(pdf: bytes) -> tuple[Any, PdfReader]:
    """Return what a file is the root of, and its reader."""
    reader = PdfReader(BytesIO(pdf))
    return reader.root_object, reader


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of a file."""
    size: Any = reader.trailer["/Size"]
    for number in range(1, size):
        yield from _dictionaries(reader.get_object(IndirectObject(number, 0, reader)))


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:  # noqa: ANN401 - whatever a PDF holds
    if isinstance(found, DictionaryObject):
        yield found
        for one in found.values():
            yield from _dictionaries(one)
    elif isinstance(found, ArrayObject):
        for one in found:
            yield from _dictionaries(one)

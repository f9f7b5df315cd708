"""A page that is set while somebody waits: sealed on its way there, and an outage when it does not come."""

import base64
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pypdf import PdfReader

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.letters.papers import VendorPapers
from chalicelib.letters.sealing import VendorSeal
from chalicelib.observe import follow
from local import aws
from local.papers import InProcess
from print_vendor.function import page_setter, paging
from tests.builders import a_letter, a_letter_service
from tests.lines import written
from tests.papers import FakePapers

NAME = "the function"
SETTINGS = {
    "FIELD_KEY": "alias/digid-machtigen-fields",
    "VENDOR_KEYS": f"{aws.NAME}/print-vendor-keys",
    "AWS_REGION": aws.REGION,
}
PAGE = a_letter(LetterKind.SCREEN)


def _seal() -> VendorSeal:
    """Return the seal that our own secret has for it."""
    manager = aws.client("secretsmanager")
    return VendorSeal(lambda: json.loads(manager.get_secret_value(SecretId=f"{aws.NAME}/page-key")["SecretString"]))


class Real(VendorPapers):
    """The adapter and the vendor's function, with what was said between them; `down` keeps it from being heard."""

    def __init__(self) -> None:
        super().__init__(self, NAME, _seal())
        setter = page_setter(SETTINGS)
        self._lambda = InProcess({NAME: lambda event, call: paging(event, call, setter)})
        self.payloads: list[bytes] = []
        self.down = False

    def invoke(self, **asked: Any) -> dict[str, Any]:
        if self.down:
            raise ReadTimeoutError(endpoint_url="gone")
        self.payloads.append(asked["Payload"])
        return self._lambda.invoke(**asked)


@pytest.fixture
def real(cloud: None) -> Real:  # noqa: ARG001 - only set up
    return Real()


@pytest.fixture(params=["fake", "real"])
def papers(request: pytest.FixtureRequest) -> FakePapers | Real:
    return request.getfixturevalue("real") if request.param == "real" else FakePapers()


def test_a_page_comes_as_pdf(papers: FakePapers | Real) -> None:
    assert papers.pdf(PAGE).startswith(b"%PDF-1.7")


def test_what_does_not_come_is_an_outage_and_comes_later(papers: FakePapers | Real) -> None:
    papers.down = True
    with pytest.raises(Unavailable):
        papers.pdf(PAGE)
    papers.down = False
    assert papers.pdf(PAGE).startswith(b"%PDF-1.7")


def test_the_page_is_tagged_and_has_code_and_services_and_no_address(real: Real) -> None:
    reader = PdfReader(BytesIO(real.pdf(PAGE)))
    text, root = reader.pages[0].extract_text(), reader.root_object
    assert (PAGE.code in text, "Sluizen" in text, "Lindelaan" in text) == (True, True, False)
    assert "'/Marked': True" in str(root["/MarkInfo"])
    assert str(root["/Lang"]) == "nl-NL"


def test_what_is_handed_over_shows_whose_it_is_and_nothing_of_it(real: Real) -> None:
    real.pdf(PAGE)
    (payload,) = real.payloads
    assert json.loads(payload).keys() == {"schema", "letter_id", "content", "correlation_id"}
    assert json.loads(payload)["letter_id"] == PAGE.letter_id
    assert not [part for part in (PAGE.code, "Sluizen") if part.encode() in payload]
    header = json.loads(payload)["content"].partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "RSA-OAEP-256"


@pytest.fixture
def followed() -> Iterator[None]:
    follow("the request")
    yield
    follow(None)


def test_a_line_tells_which_page_for_which_request_and_nothing_of_it(real: Real, followed: None) -> None:  # noqa: ARG001
    with written() as lines:
        real.pdf(PAGE)
        with pytest.raises(Unavailable):
            real.pdf(a_letter(LetterKind.SCREEN, services=(a_letter_service(name="Sluizen 日"),)))
    told = [(line["message"], line["letter_id"], line["correlation_id"]) for line in lines]
    assert told == [(event, PAGE.letter_id, "the request") for event in ("page_set", "page_not_set")]
    assert lines[-1]["error"] == "CannotSet"
    assert not [part for part in (PAGE.code, "Sluizen", "日") if part in repr(lines)]


Answer = Callable[[], dict[str, Any]]


def _busy() -> dict[str, Any]:
    raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")


@pytest.mark.parametrize(
    "answer",
    [
        _busy,
        lambda: {"FunctionError": "Unhandled", "Payload": BytesIO(b"{}")},
        lambda: {"Payload": BytesIO(b'{"errorMessage": "Task timed out after 15 seconds"}')},
        lambda: {"Payload": BytesIO(b'{"pdf": "%"}')},
        lambda: {"Payload": BytesIO(b"null")},
        dict,
    ],
    ids=["busy", "failed", "timed out", "no base64", "nothing", "no payload"],
)
def test_whatever_is_answered_instead_of_a_page_is_an_outage(answer: Answer, cloud: None) -> None:  # noqa: ARG001
    class Odd:
        def invoke(self, **_: object) -> dict[str, Any]:
            return answer()

    with pytest.raises(Unavailable):
        VendorPapers(Odd(), NAME, _seal()).pdf(PAGE)


def test_a_page_opens_under_its_own_id_only(real: Real) -> None:
    real.pdf(PAGE)
    values = json.loads(real.payloads[0])
    setter = page_setter(SETTINGS)
    with pytest.raises(ValueError, match="another than its message says"):
        setter.set({**values, "letter_id": "another"})


@pytest.mark.parametrize("odd", [None, [], {}, "900100084", {"letter_id": "x", "sealed": "%"}, {"letter_id": "x"}])
def test_what_is_no_page_is_told_without_what_it_says(odd: object, real: Real) -> None:  # noqa: ARG001 - only set up
    setter = page_setter(SETTINGS)
    with written() as lines, pytest.raises(ValueError, match=r"^(?!.*900100084)"):
        setter.set(odd)
    assert [line["message"] for line in lines] == ["page_not_set"]
    assert "900100084" not in repr(lines)


def test_letters_are_pages_too(real: Real) -> None:
    """One form for both: whoever may call the function may read what is sealed already."""
    letter: Letter = a_letter()
    assert "Lindelaan" in PdfReader(BytesIO(real.pdf(letter))).pages[0].extract_text()

"""What each kind of letter says, in both languages: read from its PDF, as its receiver does."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind, Reader
from print_vendor.rendering import render
from tests.builders import a_letter, a_letter_service

CODE = re.compile(r"[B-DF-HJ-NP-TV-XZ2-9]{4}-[B-DF-HJ-NP-TV-XZ2-9]{4}")
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
KINDS = pytest.mark.parametrize("kind", LetterKind)
POSTED = [kind for kind in LetterKind if kind is not LetterKind.SCREEN]


def _pages(letter: Letter) -> list[str]:
    """Return the text of each page, its lines joined."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(render(letter))).pages]


def _text(letter: Letter) -> str:
    (page,) = _pages(letter)
    return page


@LANGUAGES
@KINDS
def test_every_letter_names_service_period_site_and_reference_and_the_helpdesk_where_it_is_posted(
    kind: LetterKind, language: str
) -> None:
    text = _text(a_letter(kind, language=language))
    days = {"nl": "van 17 mei 2031 tot en met 15 juni 2031", "en": "from 17 May 2031 to 15 June 2031 inclusive"}
    for expected in ("Sluizen", "Gemeente Ominous", days[language], "machtigen.example.nl", "CA5ECA5ECA5E"):
        assert expected in text
    assert ("088 123 00 00" in text) is (kind in POSTED)
    assert ("Lindelaan 12" in text) is (kind in POSTED)


@LANGUAGES
@pytest.mark.parametrize("kind", [LetterKind.CODE, LetterKind.TELEPHONE, LetterKind.SCREEN])
def test_who_asked_gets_the_code_what_goes_with_it_and_its_last_day(kind: LetterKind, language: str) -> None:
    text = _text(a_letter(kind, language=language))
    said = {
        "nl": ("(BSN) en uw geboortedatum alleen aan de persoon die u machtigt", "uiterlijk op 28 juni 2031"),
        "en": ("(BSN) and your date of birth only to the person you mandate", "no later than 28 June 2031"),
    }
    for expected in ("BCDF-GHJK-LMNP", *said[language]):
        assert expected in text
    assert len(CODE.findall(text)) == 1


@LANGUAGES
def test_who_is_asked_reads_by_whom_how_to_agree_both_ways_and_how_to_refuse_without_signing_in(language: str) -> None:
    text = _text(a_letter(LetterKind.ASKED, language=language))
    said = {
        "nl": (
            "H. Helper wil dit namens u regelen",
            "Kent u deze persoon niet, of vertrouwt u het niet? Doe dan niets. U hoeft ons ook niets te vragen.",
            "Met uw DigiD: log in op machtigen.example.nl",
            "uw geboortedatum aan H. Helper, en aan niemand anders",
            "geen DigiD nodig. Ga naar machtigen.example.nl/weigeren en vul deze weigercode in: QRST-VWXZ",
            "uiterlijk op 28 juni 2031",
        ),
        "en": (
            "H. Helper wants to arrange this for you",
            "Do you not know this person, or do you not trust this? Then do nothing.",
            "With your DigiD: sign in at machtigen.example.nl",
            "your date of birth to H. Helper, and to nobody else",
            "not need DigiD for that. Go to machtigen.example.nl/refuse and fill in this refusal code: QRST-VWXZ",
            "no later than 28 June 2031",
        ),
    }
    for expected in ("BCDF-GHJK-LMNP", *said[language]):
        assert expected in text


@LANGUAGES
def test_who_called_reads_when_and_what_to_do_if_it_was_not_them_also_without_digid(language: str) -> None:
    text = _text(a_letter(LetterKind.TELEPHONE, language=language))
    said = {
        "nl": (
            "U heeft ons op 17 mei 2031 gebeld en om deze code gevraagd.",
            "Wilt u stoppen? Bel de helpdesk (088 123 00 00) en noem het kenmerk CA5ECA5ECA5E.",
            "Heeft u ons niet gebeld? Geef de code dan aan niemand. Zonder de code kan niemand iets namens u doen.",
            "Heeft u DigiD? Dan kunt u ook inloggen en de aanvraag intrekken.",
        ),
        "en": (
            "You called us on 17 May 2031 and asked for this code.",
            "Do you want to stop? Call the helpdesk (088 123 00 00) and mention the reference CA5ECA5ECA5E.",
            "Did you not call us? Then do not give the code to anyone. Without the code nobody can do anything",
            "Do you have DigiD? Then you can also sign in and withdraw the request.",
        ),
    }[language]
    for expected in ("BCDF-GHJK-LMNP", *said):
        assert expected in text


@LANGUAGES
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            LetterKind.GIVEN,
            {
                "nl": (
                    "H. Helper mag dit namens u regelen",
                    "Heeft u dit niet gedaan? Trek de machtiging dan meteen in.",
                ),
                "en": ("H. Helper may arrange this for you", "Did you not do this? Then revoke the mandate"),
            },
        ),
        (
            LetterKind.HELD,
            {
                "nl": ("N. Jansen heeft u gemachtigd", "of kent u deze persoon niet? Log in"),
                "en": ("N. Jansen has mandated you", "or do you not know this person? Sign in"),
            },
        ),
    ],
    ids=lambda one: str(one) if isinstance(one, LetterKind) else "",
)
def test_a_notice_says_who_may_act_and_what_to_do_if_that_is_wrong_and_holds_no_code(
    kind: LetterKind, said: dict[str, tuple[str, ...]], language: str
) -> None:
    text = _text(a_letter(kind, language=language))
    for expected in said[language]:
        assert expected in text
    assert not CODE.search(text)


TELLING: dict[LetterKind, dict[str, tuple[str, ...]]] = {
    LetterKind.ASKED_NOTICE: {
        "nl": (
            "H. Helper wil dit namens u regelen, en vraagt of u dat goedvindt",
            "In deze brief staat geen code.",
            "log in op machtigen.example.nl met uw DigiD. Daar ziet u de aanvraag. Dit kan tot en met 28 juni 2031.",
            "Niets doen: dan verandert er niets en vervalt de aanvraag vanzelf.",
            "kunt u de aanvraag weigeren en deze persoon blokkeren",
        ),
        "en": (
            "H. Helper wants to arrange this for you, and asks whether you agree",
            "There is no code in this letter.",
            "sign in at machtigen.example.nl with your DigiD. There you see the request.",
            "You can do this up to and including 28 June 2031.",
            "Do nothing: then nothing changes, and the request ends by itself.",
            "you can refuse the request and block this person",
        ),
    },
    LetterKind.ACTIVATED: {
        "nl": (
            "H. Helper heeft op 16 mei 2031 uw machtigingscode gebruikt, en mag nu dit namens u regelen",
            "Heeft u de code niet aan deze persoon gegeven? Trek de machtiging dan meteen in.",
        ),
        "en": (
            "H. Helper used your mandate code on 16 May 2031, and may now arrange this for you",
            "Did you not give the code to this person? Then revoke the mandate straight away.",
        ),
    },
    LetterKind.APPROVED: {
        "nl": ("N. Jansen heeft uw aanvraag op 16 mei 2031 goedgekeurd.", "Log bij de dienst in met uw eigen DigiD"),
        "en": ("N. Jansen approved your request on 16 May 2031.", "Sign in at the service with your own DigiD"),
    },
    LetterKind.ENDED: {
        "nl": (
            "H. Helper kan dit niet meer namens u regelen",
            "De machtiging is gestopt op 16 mei 2031. H. Helper heeft de machtiging ingetrokken.",
        ),
        "en": (
            "H. Helper cannot arrange this for you any more",
            "The mandate ended on 16 May 2031. H. Helper revoked the mandate.",
        ),
    },
    LetterKind.REMINDER: {
        "nl": (
            "In onze brief van 3 mei 2031 staat een machtigingscode.",
            "De code is nog niet gebruikt. Dat kan tot en met 28 juni 2031.",
            "In deze brief staat geen code.",
            "uw burgerservicenummer (BSN) en uw geboortedatum alleen aan de persoon die u machtigt",
        ),
        "en": (
            "In our letter of 3 May 2031 there is a mandate code.",
            "The code has not been used yet. That can be done up to and including 28 June 2031.",
            "There is no code in this letter.",
            "your citizen service number (BSN) and your date of birth only to the person you mandate",
        ),
    },
}


@LANGUAGES
@pytest.mark.parametrize("kind", TELLING)
def test_a_letter_that_tells_what_happened_says_it_and_what_to_do_and_holds_no_code(
    kind: LetterKind, language: str
) -> None:
    text = _text(a_letter(kind, language=language))
    assert [said for said in TELLING[kind][language] if said not in text] == []
    assert not CODE.search(text)


@LANGUAGES
@pytest.mark.parametrize("reader", Reader)
def test_each_reason_why_a_mandate_ended_has_words_of_its_own_and_none_says_that_somebody_died(
    reader: Reader, language: str
) -> None:
    texts = [_text(a_letter(LetterKind.ENDED, language=language, reader=reader, reason=one)) for one in EndReason]
    assert len(set(texts)) == len(EndReason)
    assert not [text for text in texts if re.search("overleden|gestorven|died|deceased", text)]


@LANGUAGES
@pytest.mark.parametrize("reason", EndReason)
def test_several_mandates_that_ended_are_told_of_as_several(reason: EndReason, language: str) -> None:
    one = a_letter(LetterKind.ENDED, language=language, reason=reason)
    several = _text(replace(one, services=one.services * 2))
    assert {"nl": "De machtigingen zijn gestopt op", "en": "The mandates ended on"}[language] in several
    assert {"nl": "machtiging is", "en": "The mandate ended"}[language] not in several


@LANGUAGES
@KINDS
def test_every_letter_warns_that_we_never_ask_for_a_password_where_it_is_heard_too(
    kind: LetterKind, language: str
) -> None:
    """In the letter itself: what stands in a footer is not spoken."""
    text = _text(a_letter(kind, language=language))
    warning, greeting = {
        "nl": ("Wij vragen u nooit om uw DigiD of wachtwoord.", "Met vriendelijke groet"),
        "en": ("We never ask for your DigiD or password.", "Kind regards"),
    }[language]
    assert text.index(warning) < text.index(greeting)


@LANGUAGES
@KINDS
def test_large_print_says_the_same_words(kind: LetterKind, language: str) -> None:
    normal = a_letter(kind, language=language)
    of_page = {
        "nl": r"Pagina \d van \d|Uw machtigingscode staat op pagina \d\.",
        "en": r"Page \d of \d|Your mandate code is on page \d\.",
    }[language]
    said = [
        sorted(re.sub(of_page, "", " ".join(_pages(letter))).split())
        for letter in (normal, replace(normal, large_print=True))
    ]
    assert said[0] == said[1]


WAYS = {
    20: {"nl": "de DigiD-app of een sms-code", "en": "the DigiD app or a text message"},
    25: {"nl": "de DigiD-app met ID-check", "en": "the DigiD app with ID check"},
    30: {"nl": "uw rijbewijs of identiteitskaart", "en": "your driving licence or identity card"},
}


@LANGUAGES
@pytest.mark.parametrize("kind", [LetterKind.HELD, LetterKind.APPROVED])
@pytest.mark.parametrize("level", WAYS)
def test_who_has_to_confirm_what_they_hold_reads_that_first_and_how(
    level: int, kind: LetterKind, language: str
) -> None:
    one = a_letter(kind, language=language, confirm_level=level)
    several = replace(one, services=one.services * 2)
    first, cannot, cannot_yet = {
        "nl": ("Eerst bevestigen", "Eerder kunt u de machtiging niet gebruiken.", "niet allemaal gebruiken"),
        "en": ("Confirm first", "Before that you cannot use it.", "you cannot use them all"),
    }[language]
    for letter, said in ((one, cannot), (several, cannot_yet)):
        text = _text(letter)
        for expected in (first, said, WAYS[level][language]):
            assert expected in text
        assert first not in _text(replace(letter, confirm_level=None))


@LANGUAGES
@KINDS
def test_five_services_are_all_named_on_one_page(kind: LetterKind, language: str) -> None:
    names = ["Belastingen en heffingen", "Parkeervergunning", "Mijn Voorbeeld", "Verhuizing doorgeven", "Uitkering"]
    services = tuple(a_letter_service(name=name) for name in names)
    text = _text(a_letter(kind, language=language, services=services))
    assert [name for name in names if name not in text] == []
    if kind in (LetterKind.CODE, LetterKind.TELEPHONE, LetterKind.ASKED, LetterKind.SCREEN):
        assert {"nl": "Deze ene code is voor al deze diensten", "en": "This one code is for all these"}[
            language
        ] in text


@LANGUAGES
@KINDS
def test_five_services_with_the_longest_names_fit_on_two_pages_and_each_page_says_which_it_is(
    kind: LetterKind, language: str
) -> None:
    long = f"{'Vergunningen, ontheffingen en subsidies ' * 6}"[:253]
    services = tuple(a_letter_service(name=f"{number} {long}", provider=long) for number in range(5))
    named = {"asker": long} if kind in (LetterKind.ASKED, LetterKind.ASKED_NOTICE) else {}
    first, second = _pages(a_letter(kind, language=language, services=services, **named))
    assert [number for number in range(5) if f"{number} Vergunningen" not in first + second] == []
    counted = {"nl": ("Pagina 1 van 2", "Pagina 2 van 2"), "en": ("Page 1 of 2", "Page 2 of 2")}[language]
    assert (first.endswith(counted[0]), second.endswith(counted[1])) == (True, True)
    assert "DigiD Machtigen" in second, "the greeting comes with what stands before it"


def test_a_letter_of_the_release_before_names_no_site_and_prints_all_the_same() -> None:
    assert "Die persoon gaat naar DigiD Machtigen en kiest" in _text(a_letter(site=""))


@pytest.mark.parametrize("kind", [LetterKind.CODE, LetterKind.SCREEN])
@pytest.mark.parametrize(
    ("language", "one", "all_of_them"),
    [
        ("en", "withdraw the request.", "withdraw the requests for all these services."),
        ("nl", "trek de aanvraag in.", "trek de aanvragen voor al deze diensten in."),
    ],
)
def test_a_code_for_several_services_is_said_to_end_with_all_of_them(
    kind: LetterKind, language: str, one: str, all_of_them: str
) -> None:
    single = a_letter(kind, language=language)
    several = replace(single, services=single.services * 2)
    told = {words: [words in _text(letter) for letter in (single, several)] for words in (one, all_of_them)}
    assert told == {one: [True, False], all_of_them: [False, True]}

"""The stand-in against the register's published rules: brp.md section 10, row by row."""

import json
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from local.brp.fields import EVERYTHING, NOT_ALLOWED
from local.brp.site import PATH, brp_site, key_holder
from local.persons import Partner, TestPerson, persons, records

VERA, HENK, NOBODY = "900100084", "900100758", "999999999"
TYPE = "RaadpleegMetBurgerservicenummer"
SITE = Client(brp_site(key_holder("key"), decision=EVERYTHING))
NEEDED, NOT_A_LIST = "Parameter is verplicht.", "Parameter is geen array."
NOT_THERE = "Parameter bevat een niet bestaande veldnaam."
NOT_ALLOWED_FIELD = "Parameter bevat een niet toegestane veldnaam."
NUMBER = "Waarde voldoet niet aan patroon ^[0-9]{9}$."
FIELD = r"Waarde voldoet niet aan patroon ^[a-zA-Z0-9\._]{1,200}$."


def _post(body: Any = None, *, site: Client = SITE, method: str = "POST", **headers: str) -> TestResponse:  # noqa: ANN401
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {"x-api-key": "key", "accept": "application/json", "content-type": "application/json", **headers}
    return site.open(PATH, method=method, data=text, headers={name.replace("_", "-"): sent[name] for name in sent})


def _question(**changes: object) -> dict[str, object]:
    asked = {"type": TYPE, "burgerservicenummer": [VERA], "fields": ["burgerservicenummer"], **changes}
    return {name: value for name, value in asked.items() if value is not None}


def _people(numbers: list[str], *fields: str, site: Client = SITE) -> list[dict[str, Any]]:
    answer = _post(_question(burgerservicenummer=numbers, fields=list(fields)), site=site)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["type"] == TYPE
    return list(answer.json["personen"])


def _person(number: str, *fields: str) -> dict[str, Any]:
    (person,) = _people([number], *fields)
    return person


def _called(name: str) -> str:
    return next(person.bsn for person in records() if person.name == name)


def test_without_credentials_nothing_else_is_looked_at() -> None:
    answer = _post("{", method="GET", x_api_key="other", accept="application/xml")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "https://datatracker.ietf.org/doc/html/rfc7235#section-3.1",
        "title": "Niet correct geauthenticeerd.",
        "status": 401,
        "instance": PATH,
        "code": "authentication",
    }


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"method": "GET", "accept": "application/xml"}, 405, "methodNotAllowed"),
        ({"method": "PUT"}, 405, "methodNotAllowed"),
        ({"accept": "application/xml", "content_type": "text/csv"}, 406, "notAcceptable"),
        ({"accept": "application/json, */*"}, 406, "notAcceptable"),
        ({"accept": "application/json;q=0.9"}, 406, "notAcceptable"),
        ({"content_type": "text/csv"}, 415, "unsupportedMediaType"),
        ({"content_type": "*/*"}, 415, "unsupportedMediaType"),
        ({"content_type": "application/json; charset=cp1252"}, 415, "unsupportedMediaType"),
    ],
)
def test_method_accept_and_content_type_are_checked_in_that_order(sent: dict[str, str], status: int, code: str) -> None:
    answer = _post("{", **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json and answer.json["code"]) == (status, code)


@pytest.mark.parametrize("content_type", ["", "Application/JSON", "application/json ; Charset=UTF-8"])
@pytest.mark.parametrize("accept", ["", "*/*", "*/*; charset=utf-8", "application/json;charset=utf-8"])
def test_case_and_blanks_of_media_types_are_free(content_type: str, accept: str) -> None:
    assert _post(_question(), content_type=content_type, accept=accept).status_code == 200


def test_another_path_is_not_there() -> None:
    answer = SITE.post("/haalcentraal/api/brp/bewoningen", headers={"x-api-key": "key"})
    assert (answer.status_code, answer.json and answer.json["title"]) == (404, "Opgevraagde resource bestaat niet.")


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"text"', "[" * 100_000])
def test_what_is_no_object_is_refused_without_a_code(body: str) -> None:
    answer = _post(body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["detail"] == "Request body is geen geldige JSON."
    assert not {"code", "invalidParams"} & set(answer.json)


REFUSED = [
    pytest.param({}, [("type", "required", NEEDED)], id="row 6"),
    pytest.param(_question(type=TYPE.lower()), [("type", "value", "Waarde is geen geldig zoek type.")], id="row 7"),
    pytest.param(_question(burgerservicenummer=None), [("burgerservicenummer", "required", NEEDED)], id="row 8"),
    pytest.param(
        _question(burgerservicenummer=[]),
        [("burgerservicenummer", "minItems", "Array bevat minder dan 1 items.")],
        id="row 8 empty",
    ),
    pytest.param(
        _question(burgerservicenummer="1,2"), [("burgerservicenummer", "array", NOT_A_LIST)], id="row 8 no list"
    ),
    pytest.param(
        _question(burgerservicenummer=[VERA] * 21),
        [("burgerservicenummer", "maxItems", "Array bevat meer dan 20 items.")],
        id="row 8 too many",
    ),
    pytest.param(
        _question(burgerservicenummer=[VERA, "12345678", "1234567890"]),
        [(f"burgerservicenummer[{index}]", "pattern", NUMBER) for index in (1, 2)],
        id="row 9",
    ),
    pytest.param(_question(fields=None), [("fields", "required", NEEDED)], id="row 10"),
    pytest.param(_question(fields=[]), [("fields", "minItems", "Array bevat minder dan 1 items.")], id="row 10 empty"),
    pytest.param(_question(fields="naam"), [("fields", "array", NOT_A_LIST)], id="row 10 no list"),
    pytest.param(
        _question(fields=["naam"] * 131),
        [("fields", "maxItems", "Array bevat meer dan 130 items.")],
        id="row 10 too many",
    ),
    pytest.param(
        _question(fields=["a*b", "", "a" * 201, "anummer"]),
        [*((f"fields[{index}]", "pattern", FIELD) for index in range(3)), ("fields[3]", "fields", NOT_THERE)],
        id="rows 11 and 12",
    ),
    pytest.param(_question(fields=["adresseringBinnenland.land"]), [("fields[0]", "fields", NOT_THERE)], id="row 15"),
    pytest.param(
        _question(gemeenteVanInschrijving="123"),
        [("gemeenteVanInschrijving", "pattern", "Waarde voldoet niet aan patroon ^[0-9]{4}$.")],
        id="row 16",
    ),
    pytest.param(
        _question(voornamen="x", inclusiefOverledenPersonen=True),
        [(name, "unknownParam", "Parameter is niet verwacht.") for name in ("voornamen", "inclusiefOverledenPersonen")],
        id="row 17",
    ),
    pytest.param(
        _question(fields=["x"], burgerservicenummer=["1"], voornamen="x"),
        [
            ("voornamen", "unknownParam", "Parameter is niet verwacht."),
            ("burgerservicenummer[0]", "pattern", NUMBER),
            ("fields[0]", "fields", NOT_THERE),
        ],
        id="row 18",
    ),
]


@pytest.mark.parametrize(("asked", "wrong"), REFUSED)
def test_everything_that_is_wrong_is_told_at_once(asked: object, wrong: list[tuple[str, str, str]]) -> None:
    answer = _post(asked)
    assert answer.json == {
        "type": "https://datatracker.ietf.org/doc/html/rfc7231#section-6.5.1",
        "title": "Een of meerdere parameters zijn niet correct.",
        "status": 400,
        "detail": f"De foutieve parameter(s) zijn: {', '.join(name for name, _, _ in wrong)}.",
        "instance": PATH,
        "code": "paramsValidation",
        "invalidParams": [{"name": name, "code": code, "reason": reason} for name, code, reason in wrong],
    }


@pytest.mark.parametrize("part", NOT_ALLOWED)
@pytest.mark.parametrize("where", ["{}", "{}.datum", "naam.{}", "naam.{}.code"])
def test_what_comes_unasked_may_not_be_asked_for_anywhere_in_a_path(part: str, where: str) -> None:
    answer = _post(_question(fields=["naam", where.format(part)]))
    assert answer.json is not None
    assert answer.json["invalidParams"] == [{"name": "fields[1]", "code": "fields", "reason": NOT_ALLOWED_FIELD}]


def test_row_14_the_question_of_before_is_refused() -> None:
    before = ["burgerservicenummer", "naam.volledigeNaam", "geboorte.datum", "adressering", "verblijfplaats"]
    answer = _post(_question(fields=[*before, "overlijden", "opschortingBijhouding"]))
    assert answer.status_code == 400
    assert answer.json is not None
    assert [row["name"] for row in answer.json["invalidParams"]] == ["fields[6]"]


def test_row_19_below_a_date_or_a_code_the_whole_is_given() -> None:
    assert _person(VERA, "geboorte.datum.jaar", "geslacht.code") == {
        "geboorte": {"datum": {"type": "Datum", "datum": "1948-03-12", "langFormaat": "12 maart 1948"}},
        "geslacht": {"code": "V", "omschrijving": "vrouw"},
    }


def test_row_20_nobody_is_an_answer() -> None:
    assert _people([NOBODY], "burgerservicenummer") == []


@pytest.mark.parametrize("field", ["naam.voornamen", "adressering", "adresseringBinnenland", "overlijden", "naam"])
def test_row_21_a_field_outside_the_decision_refuses_the_whole_question(field: str) -> None:
    site = Client(brp_site(key_holder("key")))
    answer = _post(_question(fields=["naam.volledigeNaam", "geslacht", field]), site=site)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "unauthorizedField")
    told = ", ".join(sorted(["geslacht", field]))
    assert answer.json is not None
    assert answer.json["detail"].endswith(f"met fields: {told}")


def test_a_municipality_is_a_parameter_to_be_authorised_for() -> None:
    site = Client(brp_site(key_holder("key")))
    answer = _post(_question(gemeenteVanInschrijving="0599"), site=site)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "unauthorizedParameter")
    assert _people([VERA], "burgerservicenummer", site=SITE)


def test_row_22_one_number_of_two_records_refuses_the_whole_question() -> None:
    answer = _post(_question(burgerservicenummer=[VERA, _called("Dubbel Tweede")]))
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["invalidParams"] == [
        {
            "name": "burgerservicenummer",
            "code": "unique",
            "reason": "De opgegeven persoonidentificatie is niet uniek.",
        }
    ]


def test_row_23_who_is_asked_twice_is_given_once_and_who_does_not_count_is_left_out() -> None:
    wiped = _called("Wim Wissen")
    asked = [HENK, "123456782", _called("Frits Fout"), VERA, HENK, wiped]
    found = _people(asked, "burgerservicenummer", "naam.volledigeNaam")
    assert sorted(person["burgerservicenummer"] for person in found) == sorted([VERA, HENK, wiped])
    assert "Hera Hergebruik" in [person["naam"]["volledigeNaam"] for person in found]


@pytest.mark.parametrize(
    ("status", "code"), [("429", "tooManyRequests"), ("500", None), ("502", None), ("503", "notAvailable")]
)
def test_row_24_what_fails_behind_it_is_told(status: str, code: str | None) -> None:
    vera = replace(persons()[VERA], fault=status)
    answer = _post(_question(), site=Client(brp_site(key_holder("key"), people=[vera])))
    assert answer.json is not None
    assert (answer.status_code, answer.json.get("code")) == (int(status), code)


ADDRESSED = [
    ("Henk Helper", "Kastanjeplein 5 B", "1234 AC  VOORBEELD"),
    ("Tessa Tegenover", "Eikenlaan t/o 9 a2", "1234 AE  VOORBEELD"),
    ("Lies Ligplaats", "Woonbootkade 2 a", "1011 AB  AMSTERDAM"),
    ("Wout Woonboot", "Woonboot bij de Grote Sluis", "AMSTERDAM"),
    ("Pim Postcodeloos", "Eikenlaan 23", None),
    ("Sjaak Straatloos", None, None),
    ("Vera Verdwenen", None, None),
    ("Gerda Geheim", "Schuilplaats 7", "3511 AB  UTRECHT"),
    ("Bram Buitenland", None, None),
    ("Nelly Nederbuiten", None, None),
]


@pytest.mark.parametrize(("name", "first", "second"), ADDRESSED)
def test_lines_of_a_dutch_address_are_as_the_register_spells_them(
    name: str, first: str | None, second: str | None
) -> None:
    given = _person(_called(name), "adresseringBinnenland").get("adressering", {})
    assert (given.get("adresregel1"), given.get("adresregel2")) == (first, second)
    assert "adresseringBinnenland" not in given
    assert "aanhef" in given, "names stay"


@pytest.mark.parametrize(
    ("beside", "letter", "addition", "line"),
    [
        ("", "", "", "Dreef 9"),
        ("", "", "2", "Dreef 9-2"),
        ("", "", "bis", "Dreef 9 bis"),
        ("", "a", "2", "Dreef 9 a2"),
        ("to", "", "", "Dreef t/o 9"),
        ("by", "a", "", "Dreef bij 9 a"),
    ],
)
def test_parts_of_a_house_number_are_glued_as_the_register_does(
    beside: str, letter: str, addition: str, line: str
) -> None:
    person = _at_home(beside=beside, letter=letter, addition=addition)
    assert person.address == [line, "1234 AB  PLAATS"]


def test_a_foreign_address_is_given_to_who_asks_for_any() -> None:
    given = _person(_called("Bram Buitenland"), "adressering", "verblijfplaats.verblijfadres")
    assert given["adressering"]["adresregel1"] == "Musterstraße 5"
    assert given["adressering"]["land"] == {"code": "6029", "omschrijving": "Duitsland"}
    assert given["verblijfplaats"]["type"] == "VerblijfplaatsBuitenland"
    given = _person(_called("Nelly Nederbuiten"), "adressering", "verblijfplaats")
    assert given["adressering"]["adresregel1"] == "Dorpsstraat 1"
    assert "land" not in given["adressering"]
    assert "land" not in given["verblijfplaats"]["verblijfadres"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Henk Helper", "Adres"),
        ("Sjaak Straatloos", "Adres"),
        ("Wout Woonboot", "Locatie"),
        ("Vera Verdwenen", "VerblijfplaatsOnbekend"),
        ("Nelly Nederbuiten", "VerblijfplaatsBuitenland"),
    ],
)
def test_the_kind_of_residence_comes_with_any_of_it(name: str, kind: str) -> None:
    assert _person(_called(name), "verblijfplaats.datumVan")["verblijfplaats"]["type"] == kind


def _at_home(**changes: object) -> TestPerson:
    facts = {"bsn": VERA, "note": "", "born": "1948-03-12", "surname": "X", "street": "Dreef", "number": 9}
    return TestPerson(**{**facts, "postcode": "1234AB", "place": "Plaats", **changes})  # type: ignore[arg-type]


DOUBTED = [
    ("080000", {"adresregel1", "adresregel2"}, {"type", "datumVan", "functieAdres"}, {"huisnummer", "postcode"}),
    ("080910", {"adresregel2"}, set(), {"woonplaats"}),
    ("080920", set(), set(), set()),
    ("081000", set(), {"datumVan", "functieAdres"}, set()),
    ("081100", {"adresregel1", "adresregel2"}, {"type"}, {"huisnummer"}),
    ("081110", {"adresregel1"}, {"type"}, {"korteStraatnaam"}),
    ("081120", {"adresregel1"}, set(), {"huisnummer"}),
    ("081150", {"adresregel1"}, set(), {"aanduidingBijHuisnummer"}),
    ("081160", {"adresregel2"}, set(), {"postcode"}),
    ("081180", set(), {"adresseerbaarObjectIdentificatie"}, set()),
    ("088510", set(), {"datumIngangGeldigheid"}, set()),
    ("081410", set(), set(), set()),
]


@pytest.mark.parametrize(("element", "lines", "residence", "inside"), DOUBTED)
def test_an_investigation_is_told_of_what_was_asked_for(
    element: str, lines: set[str], residence: set[str], inside: set[str]
) -> None:
    site = Client(brp_site(key_holder("key"), decision=EVERYTHING, people=[_at_home(investigated=[element])]))
    (given,) = _people([VERA], "adresseringBinnenland", "verblijfplaats", site=site)
    places = (given["adressering"], given["verblijfplaats"], given["verblijfplaats"]["verblijfadres"])
    for place, flags in zip(places, (lines, residence, inside), strict=True):
        found = {name for name, value in place.get("inOnderzoek", {}).items() if value is True}
        assert found >= flags
        assert bool(found) is bool(flags)
        dates = [name for name in place.get("inOnderzoek", {}) if name.startswith("datumIngangOnderzoek")]
        assert len(dates) == bool(flags)
    (given,) = _people([VERA], "adresseringBinnenland.aanhef", site=site)
    assert "inOnderzoek" not in given["adressering"]


def test_what_was_established_is_told_beside_lines_only() -> None:
    nico = _called("Nico Nietthuis")
    flag = "indicatieVastgesteldVerblijftNietOpAdres"
    assert _person(nico, "adresseringBinnenland.adresregel2")["adressering"][flag] is True
    assert _person(nico, "verblijfplaats.type")["verblijfplaats"][flag] is True
    assert flag not in _person(nico, "adresseringBinnenland.aanhef")["adressering"]


def test_an_investigation_of_a_name_and_one_that_has_ended() -> None:
    given = _person(_called("Gijs Geslachtsnaam"), "naam.volledigeNaam", "adresseringBinnenland.aanhef")
    assert given["naam"]["inOnderzoek"]["volledigeNaam"] is True
    assert "geslachtsnaam" not in given["naam"]["inOnderzoek"], "it was not asked for"
    assert given["adressering"]["inOnderzoek"]["datumIngangOnderzoekPersoon"]["datum"] == "2024-07-01"
    assert "inOnderzoek" not in _person(_called("Kees Klaar"), "adresseringBinnenland")["adressering"]


NAMED = [
    ("Paula Eigenhuis", "P. van Gaarden", None, "Geachte mevrouw Van Gaarden"),
    ("Petra Eigenhuis", "P. van Gaarden-Eigenhuis", None, "Geachte mevrouw Van Gaarden-Eigenhuis"),
    ("Nora Eigenhuis", "N. Eigenhuis-van Gaarden", None, "Geachte mevrouw Eigenhuis-van Gaarden"),
    ("Dian Maya", None, None, None),
    ("Robin Onbepaald", "R. Onbepaald", None, "Geachte R. Onbepaald"),
    ("Sascha Zonderling", "S. Zonderling", None, None),
    ("Bas graaf van Verzonnen", "B. graaf van Verzonnen", "De hooggeboren heer", "Hooggeboren heer"),
    ("J P Letter", "J P Letter", None, "Geachte heer Letter"),
    ("Suharto", "Suharto", None, "Geachte heer Suharto"),
    ("Opa de Oude", "O. de Oude", None, "Geachte heer De Oude"),
]


@pytest.mark.parametrize(("name", "written", "form", "salutation"), NAMED)
def test_names_are_made_as_somebody_chose(
    name: str, written: str | None, form: str | None, salutation: str | None
) -> None:
    given = _person(_called(name), "adressering", "naam.volledigeNaam")
    writing = given["adressering"].get("aanschrijfwijze", {})
    assert given["naam"]["volledigeNaam"] == name
    assert (writing.get("naam"), writing.get("aanspreekvorm")) == (written, form)
    assert given["adressering"].get("aanhef") == salutation


PARTNER = {"surname": "Aedel", "prefix": "van den", "title": "G"}
TITLED = [
    ({"title": "JH", "sex": "M"}, "Jonkheer J.A. van Hoogh", "De hoogwelgeboren heer", "Hoogwelgeboren heer"),
    ({"title": "JV", "sex": "V"}, "Jonkvrouw J.A. van Hoogh", "De hoogwelgeboren vrouwe", "Hoogwelgeboren vrouwe"),
    (
        {"title": "JV", "sex": "V", "partner": {"surname": "Boer", "prefix": "de"}},
        "J.A. van Hoogh",
        None,
        "Geachte mevrouw Van Hoogh",
    ),
    ({"title": "BS", "sex": "V"}, "J.A. barones van Hoogh", "De hoogwelgeboren vrouwe", "Hoogwelgeboren vrouwe"),
    ({"title": "P", "sex": "M"}, "J.A. prins van Hoogh", "De hoogheid", "Hoogheid"),
    (
        {"title": "B", "sex": "M", "surname": ".", "prefix": ""},
        "J.A. baron",
        "De hoogwelgeboren heer",
        "Hoogwelgeboren heer",
    ),
    (
        {"title": "B", "sex": "M", "name_use": "P", "partner": {"surname": "Boer", "prefix": "de"}},
        "J.A. de Boer",
        None,
        "Geachte heer De Boer",
    ),
    (
        {"sex": "V", "name_use": "V", "partner": PARTNER},
        "J.A. gravin van den Aedel-van Hoogh",
        "De hooggeboren vrouwe",
        "Hooggeboren vrouwe",
    ),
    ({"sex": "V", "name_use": "E", "partner": PARTNER}, "J.A. van Hoogh", None, "Geachte mevrouw Van Hoogh"),
    (
        {"sex": "M", "surname": ".", "prefix": "", "name_use": "P", "partner": {"surname": "Boer", "prefix": "de"}},
        "J.A. de Boer",
        None,
        "Geachte heer De Boer",
    ),
]


@pytest.mark.parametrize(("changes", "written", "form", "salutation"), TITLED)
def test_titles_stand_where_the_register_puts_them(
    changes: dict[str, Any], written: str, form: str | None, salutation: str
) -> None:
    facts = {"given": "Jan Anne-Fleur", "prefix": "van", "surname": "Hoogh", **changes}
    person = _at_home(**{**facts, "partner": Partner(**changes.get("partner", {}))})
    site = Client(brp_site(key_holder("key"), decision=EVERYTHING, people=[person]))
    (given,) = _people([VERA], "adressering", site=site)
    writing = given["adressering"]["aanschrijfwijze"]
    assert (writing["naam"], writing.get("aanspreekvorm")) == (written, form)
    assert given["adressering"]["aanhef"] == salutation


def test_who_has_no_name_has_an_empty_group() -> None:
    nameless = next(person.bsn for person in records() if not person.name)
    assert _person(nameless, "naam", "adresseringBinnenland.aanhef") == {"naam": {}, "adressering": {}}


@pytest.mark.parametrize(
    ("name", "code", "dead"),
    [
        ("Dirk Dood", "O", True),
        ("Emma Emigrant", "E", False),
        ("Rosa Rni", "R", False),
        ("Ronald Rust", "R", True),
        ("Max Ministerieel", "M", False),
        ("Ona Opgeschort", ".", False),
        ("Door Datumloos", None, False),
    ],
)
def test_a_suspension_comes_unasked_and_a_death_when_asked_for(name: str, code: str | None, dead: bool) -> None:  # noqa: FBT001
    given = _person(_called(name), "overlijden.datum")
    assert given["opschortingBijhouding"].get("reden", {}).get("code") == code
    assert given["opschortingBijhouding"]["datum"]["type"] == "Datum"
    assert ("overlijden" in given) is dead


def test_what_else_comes_unasked() -> None:
    rosa = _person(_called("Rosa Rni"), "adressering")
    assert rosa["verificatie"]["datum"]["datum"] == "2025-03-01"
    assert rosa["rni"][0]["categorie"] == "Verblijfplaats"
    assert "rni" not in _person(_called("Rosa Rni"), "naam")
    assert _person(_called("Gerda Geheim"), "naam")["geheimhoudingPersoonsgegevens"] is True
    assert "geheimhoudingPersoonsgegevens" not in _person(VERA, "naam")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Vera van der Gever", "Datum"),
        ("Abdel Onbekend", "JaarMaandDatum"),
        ("Fatima Jaar", "JaarDatum"),
        ("Omar Ongeboren", "DatumOnbekend"),
    ],
)
def test_a_birth_date_is_of_one_of_four_kinds(name: str, kind: str) -> None:
    assert _person(_called(name), "geboorte.datum")["geboorte"]["datum"]["type"] == kind

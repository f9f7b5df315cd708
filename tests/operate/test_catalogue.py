"""The catalogue from a reviewed file: mistakes with their lines, the difference first, and nobody cut off unasked."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.catalogue.model import Authorisation, Profile, RelationKind, Representation
from chalicelib.catalogue.store import DynamoCatalogue
from operate.catalogue.__main__ import main
from operate.catalogue.csv_file import COLUMNS, EXTENSIONS
from operate.catalogue.yaml_file import read_yaml
from tests.operate.conftest import LINE, PORTAL, SERVICE
from tests.saml.national import ENTITY_ID, OIN, SIGNING, SUPPLIER, SUPPLIER_KEYS, SUPPLIER_OIN, NationalProvider

Write = Callable[..., Path]


def _apply(path: Path, catalogue: DynamoCatalogue, *more: str) -> int:
    return main([str(path), "--apply", *more], catalogue)


def test_without_apply_nothing_is_written(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written())], catalogue) == 0
    shown = capsys.readouterr().out
    assert f"+ connection {ENTITY_ID} (combiconnect)" in shown
    assert f"+ service {SERVICE} Locks" in shown
    assert catalogue.services() == []


def test_what_is_applied_is_there_and_a_second_time_nothing_changes(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(more="sso_domain: ominous\n            version: 1.2\n            unasked: choose")
    assert _apply(path, catalogue) == 0
    connection = catalogue.connection(ENTITY_ID)
    assert (connection.profile, connection.organisation) == (Profile.COMBICONNECT, OIN)
    assert connection.role == "service-provider"
    assert connection.version == "1.2"
    assert (connection.sso_domain, connection.unasked) == ("ominous", Representation.CHOOSE)
    assert [service.provider for service in catalogue.services()] == ["Gemeente Ominous"]
    assert len(catalogue.versions(ENTITY_ID)) == 1
    assert _apply(path, catalogue) == 0
    assert capsys.readouterr().out.endswith("Nothing changes.\n")
    assert len(catalogue.versions(ENTITY_ID)) == 1


ALL = f"""- service_id: {SERVICE}
  index: 4
  name: {{nl: Sluizen, en: Locks}}
  description: {{nl: Over sluizen, en: About locks}}
  explanation: Long.
  question: May we?
  level: 20
  announced: {{level: 25, from: 2030-01-01, message: Higher soon}}
  max_days: 90
  request_days: 21
  minimum_age_represented: 16
  minimum_age_representative: 18
  code_on_screen: 25
  letter_level: 10
  popular: true
  upl: http://standaarden.overheid.nl/owms/terms/sluisbediening_(gemeente)
  authorisation: citizen
  digid: true
  mandatable: true
  position: 7
  keywords: [water]
  website: https://ominous.example/locks
  legacy_id: 4711
  app: {{icon: https://ominous.example/icon.png, active: true}}
  identifier: legacy-bsn
  behind: [{{service: {PORTAL}, kind: set, valid: {{from: 2026-01-01, until: 2031-01-01}}}}]
  valid: {{from: 2026-01-01T08:00:00+01:00}}
- {{service_id: {PORTAL}, index: 5, name: Everything}}"""


def test_every_field_arrives(catalogue: DynamoCatalogue, written: Write) -> None:
    assert _apply(written(ALL, organisation="valid: {until: 2050-01-01}"), catalogue) == 0
    service = catalogue.service(SERVICE)
    assert (service.index, service.level, service.max_days, service.position) == (4, 20, 90, 7)
    assert (service.request_days, service.code_on_screen, service.letter_level) == (21, 25, 10)
    assert (service.minimum_age_represented, service.minimum_age_representative) == (16, 18)
    assert (service.popular, service.upl) == (
        True,
        "http://standaarden.overheid.nl/owms/terms/sluisbediening_(gemeente)",
    )
    assert service.app == {"icon": "https://ominous.example/icon.png", "active": "True"}
    assert (service.website, service.legacy_id) == ("https://ominous.example/locks", "4711")
    assert service.name["en"] == "Locks"
    assert service.consent_question is not None
    assert service.consent_question["nl"] == "May we?"
    assert service.authorisation is Authorisation.CITIZEN
    assert service.announced is not None
    # A day begins at midnight in the Netherlands.
    assert service.announced.since == datetime(2029, 12, 31, 23, tzinfo=UTC)
    (relation,) = service.behind
    assert (relation.parent, relation.kind) == (PORTAL, RelationKind.SET)
    assert service.valid[0].until == datetime(2049, 12, 31, 23, tzinfo=UTC)
    assert service.valid[3].since == datetime(2026, 1, 1, 7, tzinfo=UTC)
    assert len(catalogue.connection(ENTITY_ID).valid) == 3


def test_what_a_file_does_not_say_has_the_defaults_of_the_domain(catalogue: DynamoCatalogue, written: Write) -> None:
    never = f"- {{service_id: {SERVICE}, index: 1, name: X, code_on_screen: false}}"
    assert _apply(written(f"{never}\n- {{service_id: {PORTAL}, index: 2, name: Y}}"), catalogue) == 0
    for service in catalogue.services():
        assert (service.max_days, service.request_days, service.letter_level) == (365, 42, 20)
        assert (service.minimum_age_represented, service.minimum_age_representative) == (0, 0)
        assert (service.code_on_screen, service.popular, service.upl) == (None, False, None)


_ONE = f"- {{service_id: {SERVICE}, index: 1, name: X"
WRONG = [
    (f"- {{service_id: {SERVICE}, index: 1, name: X, level: 15}}", "level: not 10, 20, 25 or 30"),
    ("- {service_id: 1, index: 1, name: X}", "service_id: not a UUID"),
    (f"- {{service_id: {SERVICE}, index: 70000, name: X}}", "index: not a whole number from 0 to 65535"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, colour: red}}", "unknown: colour"),
    (f"- {{service_id: {SERVICE}, index: 1, name: {{nl: X}}}}", "name: one text, or one for nl and one for en"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, description: {'x' * 301}}}", "description: longer than 300"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, identifier: pseudonym}}", "BSNk is not connected"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, max_days: soon}}", "max_days: not a whole number"),
    (f"{_ONE}, request_days: 85}}", "request_days: not a whole number from 1 to 84"),
    (f"{_ONE}, minimum_age_represented: -1}}", "minimum_age_represented: not a whole number from 0 to 120"),
    (f"{_ONE}, minimum_age_representative: adult}}", "minimum_age_representative: not a whole number"),
    (f"{_ONE}, code_on_screen: true}}", "code_on_screen: not 10, 20, 25 or 30"),
    (f"{_ONE}, letter_level: 15}}", "letter_level: not 10, 20, 25 or 30"),
    (f"{_ONE}, popular: very}}", "popular: not true or false"),
    (f"{_ONE}, upl: 'https://standaarden.overheid.nl/owms/terms/'}}", "upl: not http://standaarden.overheid.nl"),
    (f"{_ONE}, upl: parkeervergunning}}", "upl: not http://standaarden.overheid.nl"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, digid: maybe}}", "digid: not true or false"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, website: 'ftp://x'}}", "website: not an https address"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, authorisation: dog}}", "authorisation: not one of"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, valid: {{from: soon}}}}", "not a date: soon"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, valid: {{from: 2030-01-01, until: 2029-01-01}}}}", "until is not"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, announced: {{level: 25}}}}", "announced: from is missing"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, behind: [{PORTAL}]}}", "which is not in the catalogue"),
    (f"- {{service_id: {SERVICE}, index: 1, name: X, behind: [{SERVICE}]}}", "cannot be behind itself"),
    (
        f"- {{service_id: {SERVICE}, index: 1, name: {{nl: 'Opvang 👪', en: Care}}}}",
        "name: the font of the letters cannot show 👪 (U+1F46A FAMILY)",
    ),
    (f'- {{service_id: {SERVICE}, index: 1, name: "Day\\a 日本"}}', "cannot show (U+0007 without a name), 日 (U+65E5"),
    (
        f"{_ONE}, behind: [{PORTAL}]}}\n- {{service_id: {PORTAL}, index: 2, name: Y, behind: [{SERVICE}]}}",
        "circular dependency",
    ),
    (
        f"- {{service_id: {SERVICE}, index: 1, name: X}}\n- {{service_id: {PORTAL}, index: 1, name: Y}}",
        "index 1 is used twice",
    ),
    (
        f"- {{service_id: {SERVICE}, index: 1, name: X}}\n- {{service_id: {SERVICE}, index: 2, name: Y}}",
        "is used twice",
    ),
]


@pytest.mark.parametrize(("services", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_mistake_says_where_and_what_and_nothing_is_written(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str], services: str, said: str
) -> None:
    assert _apply(written(services), catalogue) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "line 1" in told
    assert "Nothing was written." in told
    assert catalogue.services() == []


def test_an_organisation_whose_name_no_letter_can_show_is_refused(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written()
    path.write_text(path.read_text().replace("Gemeente Ominous", "Gemeente 👪"))
    assert _apply(path, catalogue) == 1
    assert "the font of the letters cannot show 👪 (U+1F46A FAMILY)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("organisations: [", "catalogue.yaml"),
        ("- x", "not a mapping"),
        ("organisations:\n  - {oin: 1, name: X}", "line 2: oin"),
        ("organisations:\n  - {oin: '00000009999999999999', name: X, roles: [{role: king}]}", "role: not one of"),
    ],
)
def test_a_file_that_is_no_catalogue_says_so(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(text)
    assert _apply(path, catalogue) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("metadata_url: https://dv.example/m", "name a file, or a metadata_url"),
        ("colour: red", "unknown: colour"),
        ("profile: secret", "profile: not one of"),
        ("signed_by: missing.pem", "No such file"),
    ],
)
def test_a_wrong_connection_says_why(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str], more: str, said: str
) -> None:
    assert _apply(written(more=more), catalogue) == 1
    assert said in capsys.readouterr().err


def test_another_organisations_entity_id_is_refused(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _apply(written(oin=SUPPLIER_OIN), catalogue) == 1
    assert "oin: another than in the entityID" in capsys.readouterr().err


def _without_services(path: Path) -> Path:
    path.write_text("organisations: []\n")
    return path


def _new_certificate(path: Path) -> Path:
    from provisioning.keys import new_key_pair  # noqa: PLC0415

    (path.parent / "dv.xml").write_bytes(NationalProvider(keys=new_key_pair("new", oin=OIN)).metadata())
    return path


def _closed(path: Path) -> Path:
    path.write_text(path.read_text().replace("metadata: dv.xml", "metadata: dv.xml\n            valid: false"))
    return path


def _moved(path: Path) -> Path:
    path.write_text(path.read_text().replace("index: 1", "index: 2"))
    return path


@pytest.mark.parametrize("change", [_without_services, _new_certificate, _closed, _moved])
def test_whoever_is_live_is_not_cut_off_unless_that_is_said(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str], change: Callable[[Path], Path]
) -> None:
    path = written()
    _apply(path, catalogue)
    before = (catalogue.connection(ENTITY_ID), catalogue.services())
    assert _apply(change(path), catalogue) == 2
    assert "--cut-off" in capsys.readouterr().out
    assert (catalogue.connection(ENTITY_ID), catalogue.services()) == before
    assert _apply(path, catalogue, "--cut-off") == 0


def test_a_service_ends_with_its_connection(catalogue: DynamoCatalogue, written: Write) -> None:
    assert _apply(written(more="valid: {until: 2030-01-01}"), catalogue) == 0
    service, last = catalogue.service(SERVICE), datetime(2029, 12, 31, 23, tzinfo=UTC)
    assert service.may_be_mandated(last - timedelta(seconds=1))
    assert not service.may_be_mandated(last)


def test_single_sign_on_can_be_switched_off(catalogue: DynamoCatalogue, written: Write) -> None:
    assert _apply(written(more="sso_domain: ominous\n            sso: false"), catalogue) == 0
    assert catalogue.connection(ENTITY_ID).sso_domain is None


def test_a_cluster_supplier_brings_the_providers_behind_it(catalogue: DynamoCatalogue, written: Write) -> None:
    path = written(f"- {{service_id: {SERVICE}, entity_id: '{ENTITY_ID}', name: Locks}}", oin=SUPPLIER_OIN)
    supplier = NationalProvider(keys=SUPPLIER_KEYS, entity_id=SUPPLIER, behind=ENTITY_ID)
    (path.parent / "dv.xml").write_bytes(supplier.metadata())
    path.write_text(path.read_text().replace(f"- entity_id: {ENTITY_ID}", f"- entity_id: {SUPPLIER}"))
    assert _apply(path, catalogue) == 0
    assert ENTITY_ID.encode() in catalogue.provider_behind(SUPPLIER, ENTITY_ID)
    assert catalogue.service(SERVICE).asked_through == SUPPLIER


def test_metadata_is_taken_from_an_address_if_it_is_signed_by_who_is_trusted(written: Write) -> None:
    more = "metadata_url: https://dv.example/metadata\n            signed_by: dv.pem"
    path = written(more=more)
    path.write_text(path.read_text().replace("metadata: dv.xml\n            ", ""))
    (path.parent / "dv.pem").write_text(SIGNING.certificate)
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return NationalProvider().metadata()

    draft, problems = read_yaml(path, fetch, datetime.now(UTC))
    assert (problems.found, asked) == ([], ["https://dv.example/metadata"])
    assert [one.url for one in draft.connections.values()] == asked
    (path.parent / "dv.pem").write_text(SUPPLIER_KEYS.certificate)
    assert "signature does not verify" in read_yaml(path, fetch, datetime.now(UTC))[1].found[0]
    path.write_text(path.read_text().replace("signed_by: dv.pem", ""))
    assert "signed_by: what is fetched must be signed" in read_yaml(path, fetch, datetime.now(UTC))[1].found[0]


@pytest.fixture
def services(catalogue: DynamoCatalogue, written: Write, tmp_path: Path) -> Callable[..., Path]:
    """Return what writes services as CSV, for a provider that is connected."""
    _apply(written(f"- {{service_id: {PORTAL}, index: 5, name: Everything}}"), catalogue)

    def write(*rows: dict[str, str], before: str = "", more: Sequence[str] = ()) -> Path:
        lines = [";".join({**LINE, **row}[name] for name in (*COLUMNS, *more)) for row in rows]
        (tmp_path / "services.csv").write_text(before + "\n".join(lines) + "\n", encoding="utf-8-sig")
        return tmp_path / "services.csv"

    return write


@pytest.mark.parametrize("before", ["", "sep=;\n", ";".join(COLUMNS) + "\n"])
def test_a_line_makes_a_service_and_a_second_time_overwrites_it(
    catalogue: DynamoCatalogue, services: Write, capsys: pytest.CaptureFixture[str], before: str
) -> None:
    relation = f"{PORTAL}#DIENSTENSET#ja#01-01-2026 00:00#"
    assert _apply(services({"relations": relation}, before=before), catalogue) == 0
    assert f": + service {SERVICE} Sluizen" in capsys.readouterr().out
    service = catalogue.service(SERVICE)
    assert (service.level, service.position, service.max_days, service.request_days) == (20, 3, 365, 28)
    assert service.announced is not None
    assert service.announced.since == datetime(2030, 1, 31, 23, tzinfo=UTC)
    assert [(one.parent, one.kind) for one in service.behind] == [(PORTAL, RelationKind.SET)]
    assert _apply(services({"relations": relation, "duration": "30"}, before=before), catalogue) == 0
    assert f"~ service {SERVICE}: request_days 28 → 30" in capsys.readouterr().out
    assert catalogue.service(PORTAL).name["nl"] == "Everything"


def test_a_service_from_a_list_ends_with_its_connection(
    catalogue: DynamoCatalogue, services: Write, written: Write
) -> None:
    portal = f"- {{service_id: {PORTAL}, index: 5, name: Everything}}"
    assert _apply(written(portal, more="valid: {until: 2030-01-01}"), catalogue, "--cut-off") == 0
    assert _apply(services({}), catalogue) == 0
    assert not catalogue.service(SERVICE).may_be_mandated(datetime(2029, 12, 31, 23, tzinfo=UTC))


CSV_WRONG: list[tuple[dict[str, str], str]] = [
    *(({name: ""}, f"{name}: missing") for name in ("service entity ID", "name", "question", "position", "valid from")),
    ({"new level from": ""}, "new level from: missing"),
    ({"service UUID": "1"}, "service_id: not a UUID"),
    ({"minimum level": "12"}, "level: not 10"),
    ({"kind of encryption": "PSEUDONIEM"}, "BSNk is not connected"),
    ({"DigiD": "perhaps"}, "DigiD: not ja or nee"),
    ({"connection entity ID": "urn:x"}, "urn:x is not connected"),
    ({"valid from": "2026-01-01"}, "not a moment such as 31-12-2030 23:59"),
    ({"kind of representative": "Hond"}, "kind of representative"),
    ({"name": "Opvang 👪"}, "name: the font of the letters cannot show 👪 (U+1F46A FAMILY)"),
    ({"duration": "365"}, "request_days: not a whole number from 1 to 84"),
    ({"relations": PORTAL}, "is not parentUUID#type#valid#from#until"),
    ({"relations": f"{SERVICE}#DIENSTENSET#ja##"}, "cannot be behind itself"),
]


@pytest.mark.parametrize(("row", "said"), CSV_WRONG, ids=[said for _, said in CSV_WRONG])
def test_a_wrong_line_is_named_and_no_line_is_written(
    catalogue: DynamoCatalogue, services: Write, capsys: pytest.CaptureFixture[str], row: dict[str, str], said: str
) -> None:
    other = {"service UUID": "79797979-7979-4979-8979-797979797979"}
    assert _apply(services(other, row), catalogue) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "line 2, UUID" in told
    assert [service.service_id for service in catalogue.services()] == [PORTAL]


_UPL = "http://standaarden.overheid.nl/owms/terms/sluisbediening"
_EXTENDED = {
    "max_days": "90",
    "minimum_age_represented": "16",
    "minimum_age_representative": "18",
    "code_on_screen": "20",
    "letter_level": "10",
    "popular": "ja",
    "upl": _UPL,
}


def test_columns_of_ours_after_the_21_are_read_by_the_names_in_the_first_line(
    catalogue: DynamoCatalogue, services: Write
) -> None:
    for more in (EXTENSIONS, tuple(reversed(EXTENSIONS))):
        path = services(_EXTENDED, before=";".join((*COLUMNS, *more)) + "\n", more=more)
        assert _apply(path, catalogue) == 0
        service = catalogue.service(SERVICE)
        assert (service.max_days, service.code_on_screen, service.letter_level) == (90, 20, 10)
        assert (service.minimum_age_represented, service.minimum_age_representative) == (16, 18)
        assert (service.popular, service.upl) == (True, _UPL)
        catalogue.drop_service(service)


def test_an_empty_cell_of_ours_is_the_default(catalogue: DynamoCatalogue, services: Write) -> None:
    header = ";".join((*COLUMNS, *EXTENSIONS)) + "\n"
    assert _apply(services(_EXTENDED, before=header, more=EXTENSIONS), catalogue) == 0
    for empty in ("", "nee"):
        said = {**dict.fromkeys(EXTENSIONS, ""), "code_on_screen": empty, "popular": empty}
        assert _apply(services(said, before=header, more=EXTENSIONS), catalogue) == 0
        service = catalogue.service(SERVICE)
        assert (service.max_days, service.minimum_age_represented, service.letter_level) == (365, 0, 20)
        assert (service.code_on_screen, service.popular, service.upl) == (None, False, None)


def test_what_a_list_has_no_column_for_stays_as_it_is(
    catalogue: DynamoCatalogue, written: Write, services: Write
) -> None:
    assert _apply(written(ALL.replace("mandatable: true", "mandatable: false")), catalogue) == 0
    before = catalogue.service(SERVICE)
    assert _apply(services({}), catalogue) == 0
    after = catalogue.service(SERVICE)
    assert after.mandatable
    kept = (*EXTENSIONS, "index", "keywords", "website", "app", "legacy_id")
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert after.minimum_age_represented == 16
    assert catalogue.service_at(ENTITY_ID, 4) == after


@pytest.mark.parametrize("more", ["colour", "upl;upl", ""])
def test_a_column_that_nobody_knows_is_named(
    catalogue: DynamoCatalogue, services: Write, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    path = services({}, before=";".join((*COLUMNS, more)) + "\n")
    assert _apply(path, catalogue) == 1
    assert "not a column, or named twice; after relations: max_days, minimum_age" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cell", "said"), [({"popular": "perhaps"}, "popular: not ja or nee"), ({"code_on_screen": "15"}, "code_on_screen")]
)
def test_a_wrong_cell_of_ours_is_named(
    catalogue: DynamoCatalogue, services: Write, capsys: pytest.CaptureFixture[str], cell: dict[str, str], said: str
) -> None:
    header = ";".join((*COLUMNS, *EXTENSIONS)) + "\n"
    assert _apply(services({**_EXTENDED, **cell}, before=header, more=EXTENSIONS), catalogue) == 1
    assert said in capsys.readouterr().err


def test_a_line_with_too_few_columns_is_named(
    catalogue: DynamoCatalogue, services: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = services({})
    path.write_text("a;b\n")
    assert _apply(path, catalogue) == 1
    assert "line 1, UUID ?: 2 columns instead of 21" in capsys.readouterr().err

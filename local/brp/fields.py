"""The fields that exist and may be asked for (brp.md section 3), and who may ask for them (section 9)."""

from collections.abc import Iterable, Mapping

NOT_ALLOWED = (
    "opschortingBijhouding",
    "geheimhoudingPersoonsgegevens",
    "inOnderzoek",
    "verificatie",
    "rni",
    "indicatieVastgesteldVerblijftNietOpAdres",
    "gezag.",
)
"""A path with one of these anywhere in it is refused: the register hands them out by itself, or not at all."""

# A name with * at its end is a date or a row of a code table: any path below it gives the whole.
_EVENT = "datum* plaats* land*"
_NAME = "adellijkeTitelPredicaat* geslachtsnaam voorletters voornamen voorvoegsel"
_ADDRESS_LINES = "aanhef aanschrijfwijze aanschrijfwijze.naam aanschrijfwijze.aanspreekvorm gebruikInLopendeTekst"
_AT_HOME = (
    "type datumVan* datumIngangGeldigheid* functieAdres* "
    "adresseerbaarObjectIdentificatie nummeraanduidingIdentificatie "
    "verblijfadres verblijfadres.korteStraatnaam verblijfadres.officieleStraatnaam verblijfadres.huisnummer "
    "verblijfadres.huisletter verblijfadres.huisnummertoevoeging verblijfadres.aanduidingBijHuisnummer* "
    "verblijfadres.postcode verblijfadres.woonplaats verblijfadres.locatiebeschrijving"
)
_GROUPS: Mapping[str, str] = {
    "": "burgerservicenummer aNummer geslacht* leeftijd gemeenteVanInschrijving* datumInschrijvingInGemeente* "
    "datumEersteInschrijvingGBA* indicatieCurateleRegister indicatieGezagMinderjarige* gezag",
    "naam": f"{_NAME} volledigeNaam aanduidingNaamgebruik*",
    "geboorte": _EVENT,
    "overlijden": _EVENT,
    "adressering": f"{_ADDRESS_LINES} adresregel1 adresregel2 adresregel3 land*",
    "adresseringBinnenland": f"{_ADDRESS_LINES} adresregel1 adresregel2",
    "verblijfplaats": f"{_AT_HOME} verblijfadres.regel1 verblijfadres.regel2 verblijfadres.regel3 verblijfadres.land*",
    "verblijfplaatsBinnenland": _AT_HOME,
    "immigratie": "datumVestigingInNederland* indicatieVestigingVanuitBuitenland landVanwaarIngeschreven* "
    "vanuitVerblijfplaatsOnbekend",
    "verblijfstitel": "aanduiding* datumEinde* datumIngang*",
    "europeesKiesrecht": "aanduiding* einddatumUitsluiting*",
    "uitsluitingKiesrecht": "uitgeslotenVanKiesrecht einddatum*",
    "nationaliteiten": "type datumIngangGeldigheid* nationaliteit* redenOpname*",
    "partners": "burgerservicenummer geslacht* soortVerbintenis*",
    "partners.naam": _NAME,
    "partners.geboorte": _EVENT,
    "partners.aangaanHuwelijkPartnerschap": _EVENT,
    "partners.ontbindingHuwelijkPartnerschap": "datum*",
    "ouders": "burgerservicenummer geslacht* ouderAanduiding datumIngangFamilierechtelijkeBetrekking*",
    "ouders.naam": _NAME,
    "ouders.geboorte": _EVENT,
    "kinderen": "burgerservicenummer",
    "kinderen.naam": _NAME,
    "kinderen.geboorte": _EVENT,
}
_ALL = {f"{group}.{name}" if group else name for group, names in _GROUPS.items() for name in names.split()} | {
    group for group in _GROUPS if group
}
_EXACT = {name.removesuffix("*") for name in _ALL}
_WHOLE = tuple(f"{name.removesuffix('*')}." for name in _ALL if name.endswith("*"))

_LINES = {"PAVP03", "PAVP04"}
_NAMES = {"PANM03", "PANM04", "PANM05", "PANM06"}
_ELEMENTS: Mapping[str, set[str]] = {
    "burgerservicenummer": {"10120"},
    "naam.volledigeNaam": {"PANM02"},
    "geboorte.datum": {"10310"},
    "overlijden": {"60810", "60820", "60830"},
    "overlijden.datum": {"60810"},
    "adressering": {"81310", "81350", *_NAMES, *_LINES},
    "adresseringBinnenland": _NAMES | _LINES,
    **{
        f"{group}.{name}": elements
        for group in ("adressering", "adresseringBinnenland")
        for name, elements in {
            "aanhef": {"PANM03"},
            "aanschrijfwijze": {"PANM04", "PANM05"},
            "adresregel1": {"PAVP03"},
            "adresregel2": {"PAVP04"},
        }.items()
    },
    "verblijfplaats.type": {"81110", "81210", "81310"},
}
"""What one has to be authorised for, by path. A path that is not here is for who may ask everything."""

EVERYTHING: frozenset[str] = frozenset({"*"})
"""The decision of a municipality."""

LEAST = frozenset({"10120", "PANM02", "10310", "60810", "PANM03", "PANM04", "PANM05", *_LINES})
"""A decision for who sends letters and must know who lives."""


def exists(path: str) -> bool:
    return path in _EXACT or path.startswith(_WHOLE)


def allowed(path: str) -> bool:
    return not any(part in path for part in NOT_ALLOWED)


def whole(path: str) -> str:
    """Return the path of the date or code that a path lies in, or the path itself."""
    inside = [name for name in _WHOLE if path.startswith(name)]
    return inside[0].removesuffix(".") if inside else path


def beyond(decision: frozenset[str], paths: Iterable[str]) -> list[str]:
    """Return the paths that a decision does not cover."""
    return [path for path in paths if decision != EVERYTHING and not _ELEMENTS.get(whole(path), {"-"}) <= decision]

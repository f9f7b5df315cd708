"""Names as the register makes them: full name, forms of address and salutation (brp.md section 6).

`gebruikInLopendeTekst` is not made: nobody who is served here asks for it.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.persons import TestPerson

_TITLES = {
    "B": ("baron", "barones"),
    "G": ("graaf", "gravin"),
    "H": ("hertog", "hertogin"),
    "M": ("markies", "markiezin"),
    "P": ("prins", "prinses"),
    "R": ("ridder", "ridder"),
    "J": ("jonkheer", "jonkvrouw"),
}
"""Forms for a man and for a woman, by the first letter of the code: `B` and `BS` are one title."""

_FEMININE = ("BS", "GI", "HI", "MI", "PS", "JV")
_HIGH_BORN = {"G": "hooggeboren", "P": "hoogheid"}
_COURTESY = ("B", "G", "H", "M", "P")


def full_name(person: "TestPerson") -> str:
    """Return predicate, first names, title, prefix and surname: never the partner's. Empty for who has none."""
    form = _form(person.title, person.sex) or _TITLES.get(person.title[:1], ("", ""))[person.title in _FEMININE]
    predicate, title = (form, "") if _is_predicate(person) else ("", form)
    surname = "" if person.surname == "." else person.surname
    return _tidy(f"{predicate} {person.given} {title} {person.prefix} {surname}")


def initials(given: str) -> str:
    return "".join(f"{name[0]}." if len(name) > 1 else f"{name} " for name in given.split()).strip()


def written_name(person: "TestPerson") -> str:
    """Return `aanschrijfwijze.naam`; empty where there is none."""
    letters, own, partner = initials(person.given), _surname(person.prefix, person.surname), _partner(person)
    if _courtesy(person):
        theirs = f"{_form(person.partner.title, 'V')} {partner}" if partner else ""
        return _tidy(f"{letters} {_joined(person.name_use, f'{_form(person.title, person.sex)} {own}', theirs)}")
    if _titled(person):
        form = _form(person.title, person.sex)
        if not _is_predicate(person):
            return _tidy(f"{letters} {_joined(person.name_use, f'{form} {own}', partner)}")
        if person.name_use == "V" and partner:
            return _capital(_tidy(f"{letters} {partner}-{form} {own}"))
        return _capital(_tidy(f"{form} {letters} {_joined(person.name_use, own, partner)}"))
    if not own and person.name_use != "P":
        return ""
    return _capital(_tidy(f"{letters} {_joined(person.name_use, own, partner)}"))


def form_of_address(person: "TestPerson") -> str:
    """Return `aanschrijfwijze.aanspreekvorm`, which stands above the name; empty where there is none."""
    if _courtesy(person):
        return f"De {_born(person.partner.title, 'V')}" if _partner(person) else ""
    if not _titled(person) or (person.title == "R" and person.sex != "M"):
        return ""
    born = _born(person.title, person.sex)
    return f"De {born}" if born else ""


def salutation(person: "TestPerson") -> str:
    """Return `aanhef`, without a comma; empty where there is none."""
    if _courtesy(person):
        return _capital(_born(person.partner.title, "V"))
    if _titled(person) and (born := _born(person.title, person.sex)):
        return _capital(born)
    own = _surname(person.prefix, person.surname)
    if not own and person.name_use != "P":
        return ""
    surname, letters = _tidy(_joined(person.name_use, own, _partner(person))), initials(person.given)
    greeted = {
        "M": f"heer {_capital(surname)}",
        "V": f"mevrouw {_capital(surname)}",
        "O": f"{letters} {surname}" if letters else _capital(surname),
    }
    return _tidy(f"Geachte {greeted[person.sex]}") if person.sex else ""


def _joined(use: str, own: str, partner: str) -> str:
    """Return the surnames in the order that somebody chose: E own, P partner, V partner first, N partner last."""
    if not partner:
        return own
    return {"P": partner, "V": f"{partner}-{own}", "N": f"{own}-{partner}"}.get(use, own)


def _surname(prefix: str, surname: str) -> str:
    return "" if surname in ("", ".") else f"{prefix} {surname}".strip()


def _partner(person: "TestPerson") -> str:
    return _surname(person.partner.prefix, person.partner.surname)


def _is_predicate(person: "TestPerson") -> bool:
    return person.title in ("JH", "JV")


def _courtesy(person: "TestPerson") -> bool:
    """Tell whether a woman carries her partner's title with her partner's name."""
    uses = person.sex == "V" and person.name_use != "E" and not _is_predicate(person)
    return uses and person.partner.title in _COURTESY


def _titled(person: "TestPerson") -> bool:
    """Tell whether someone's own title or predicate is used."""
    if not person.title or (person.partner.there and person.name_use == "P"):
        return False
    married = person.partner.there and (not person.partner.ended or person.name_use != "E")
    return not (_is_predicate(person) and person.sex == "V" and married)


def _form(title: str, sex: str) -> str:
    """Return a title for a man or a woman; empty for who is neither."""
    if sex not in ("M", "V") or (title == "R" and sex == "V"):
        return ""
    return _TITLES.get(title[:1], ("", ""))[sex == "V"]


def _born(title: str, sex: str) -> str:
    kind = _HIGH_BORN.get(title[:1], "hoogwelgeboren")
    if kind == "hoogheid":
        return kind
    return f"{kind} {'heer' if sex == 'M' else 'vrouwe'}" if sex in ("M", "V") else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tidy(text: str) -> str:
    return re.sub(r"-\s+", "-", re.sub(r"\s+", " ", text)).strip()

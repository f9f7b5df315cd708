"""Dates as the register gives them (brp.md section 4)."""

from typing import Any

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def as_date(text: str) -> dict[str, Any]:
    """Return a date, `yyyy-mm-dd` with zeros for what is unknown, as one of the four kinds."""
    year, month, day = (int(part) for part in text.split("-"))
    if year == 0:
        return {"type": "DatumOnbekend", "onbekend": True, "langFormaat": "onbekend"}
    if month == 0:
        return {"type": "JaarDatum", "jaar": year, "langFormaat": str(year)}
    name = _MONTHS[month - 1]
    if day == 0:
        return {"type": "JaarMaandDatum", "jaar": year, "maand": month, "langFormaat": f"{name} {year}"}
    return {"type": "Datum", "datum": text, "langFormaat": f"{day} {name} {year}"}


def age(born: str, today: str) -> int | None:
    """Return an age in years, where the birth date allows one; who was born on 29 February turns on 1 March."""
    year, month, day = (int(part) for part in born.split("-"))
    this_year, this_month, this_day = (int(part) for part in today.split("-"))
    if year == 0 or month == 0 or (day == 0 and month == this_month):
        return None
    return this_year - year - ((this_month, this_day) < (month, day))

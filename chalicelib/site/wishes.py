"""The page on which somebody states once how letters to them look."""

import re

from chalicelib.mandates.model.wishes import LETTER_LANGUAGES, LetterWishes, own_wishes
from chalicelib.site.ports import SitePorts
from chalicelib.site.texts import ERRORS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__)

_PRINTS = {"normal": False, "large": True}
_VISIT = re.compile(r"[0-9a-f]{32}")


@routes.get("/letters", Caller.SIGNED_IN)
def show_wishes(ports: SitePorts, visit: Visit) -> Reply:
    now = own_wishes(ports.mandates.stated(visit.signed_in.actor.person), visit.language)
    shown = {"print": "large" if now.large_print else "normal", "letter_language": now.language}
    asked = {"visit": visit.asked("visit"), **kept_form(visit, ports.sessions)}
    return _wishes_page(visit, Form({**shown, **asked}, ERRORS), saved=bool(visit.asked("saved")))


@routes.post("/letters", Caller.SIGNED_IN)
def state_wishes(ports: SitePorts, visit: Visit) -> Reply:
    form = Form(visit.fields, ERRORS)
    if visit.switches_language:
        return _wishes_page(visit, form)
    large, language = form.read("print", _large), form.read("letter_language", _letter_language)
    if large is None or language is None:
        return _wishes_page(visit, form, status=422)
    ports.mandates.state(visit.signed_in.actor.person, LetterWishes(language, large))
    visit_id = _visit_in(form)
    return redirect(f"/request/confirm/{visit_id}" if visit_id else "/letters?saved=1")


def _wishes_page(visit: Visit, form: Form, status: int = 200, *, saved: bool = False) -> Reply:
    return page("letters.html", visit, status=status, form=form, visit_id=_visit_in(form), saved=saved)


def _visit_in(form: Form) -> str:
    """Return what somebody was about to ask, to which they go back; empty where there is nothing."""
    typed = form.value("visit")
    return typed if _VISIT.fullmatch(typed) else ""


def _large(text: str) -> bool:
    try:
        return _PRINTS[text]
    except KeyError:
        raise ValueError("no print") from None


def _letter_language(text: str) -> str:
    if text not in LETTER_LANGUAGES:
        raise ValueError("no language")
    return text

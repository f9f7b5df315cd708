"""By which cookies a browser goes on with what began in it (security.md section 3).

One holds the handles of all sign-ins that are under way in it. With the answer a browser gives the handle up: what it
still holds, it may try again.
"""

import re

from chalicelib.login.browser import Browser
from chalicelib.login.logins import LOGIN_LIFE, Login
from chalicelib.login.shared import LONGEST
from chalicelib.web.visit import LOGIN_COOKIE, SHARED_COOKIE, Cookie, Visit

_HANDLE = re.compile(r"[0-9a-f]{32}")
_MOST = 16
"""Sign-ins under way in one browser; the oldest gives way."""


def browser_of(visit: Visit) -> Browser:
    handles = tuple(handle for handle in visit.cookies.get(LOGIN_COOKIE, "").split(".") if _HANDLE.fullmatch(handle))
    shared, session = visit.cookies.get(SHARED_COOKIE, ""), visit.session or visit.past
    return Browser(handles, shared if _HANDLE.fullmatch(shared) else None, session.key if session else None)


def handing(handle: str, browser: Browser) -> Cookie:
    """Return the cookie that gives a browser one more handle."""
    return _cookie((*browser.handles, handle))


def giving_up(login: Login, browser: Browser) -> tuple[Cookie, ...]:
    """Return the cookie by which a browser gives up the handle of a login, if it has it."""
    return (_cookie(browser.without(login)),) if browser.began(login) else ()


def sharing(value: str) -> Cookie:
    return Cookie(SHARED_COOKIE, value, same_site="None", max_age=int(LONGEST.total_seconds()))


def _cookie(handles: tuple[str, ...]) -> Cookie:
    # SameSite=None: an answer may come as a form from another site.
    life = int(LOGIN_LIFE.total_seconds()) if handles else 0
    return Cookie(LOGIN_COOKIE, ".".join(handles[-_MOST:]), same_site="None", max_age=life)

"""By which cookie a browser goes on with what began in it (security.md section 3).

Each sign-in has a handle of its own, new and random. The cookie holds those of all that are under way, so that two
tabs neither mix nor end each other. With the answer a browser gives the handle up: what it still holds, it may try
again.
"""

import hashlib
import hmac
import re

from chalicelib.login.logins import LOGIN_LIFE, Login
from chalicelib.login.shared import LONGEST
from chalicelib.web.visit import LOGIN_COOKIE, SHARED_COOKIE, Cookie, Visit

_HANDLE = re.compile(r"[0-9a-f]{32}")
_MOST = 16
"""Sign-ins under way in one browser; the oldest gives way."""


def hashed(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()


def began_here(login: Login, visit: Visit) -> bool:
    return any(hmac.compare_digest(hashed(handle), login.browser) for handle in _handles(visit))


def handing(handle: str, visit: Visit) -> Cookie:
    """Return the cookie that gives a browser one more handle."""
    return _cookie([*_handles(visit), handle])


def giving_up(login: Login, visit: Visit) -> tuple[Cookie, ...]:
    """Return the cookie by which a browser gives up the handle of a login, if it has it."""
    if not began_here(login, visit):
        return ()
    return (_cookie([handle for handle in _handles(visit) if hashed(handle) != login.browser]),)


def shared_cookie(value: str) -> Cookie:
    return Cookie(SHARED_COOKIE, value, same_site="None", max_age=int(LONGEST.total_seconds()))


def shared_value(visit: Visit) -> str | None:
    value = visit.cookies.get(SHARED_COOKIE, "")
    return value if _HANDLE.fullmatch(value) else None


def _handles(visit: Visit) -> list[str]:
    return [handle for handle in visit.cookies.get(LOGIN_COOKIE, "").split(".") if _HANDLE.fullmatch(handle)]


def _cookie(handles: list[str]) -> Cookie:
    # SameSite=None: DigiD's answer may come as a form from another site.
    life = int(LOGIN_LIFE.total_seconds()) if handles else 0
    return Cookie(LOGIN_COOKIE, ".".join(handles[-_MOST:]), same_site="None", max_age=life)

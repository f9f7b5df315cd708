"""Pages, in the visitor's language."""

from typing import Any
from urllib.parse import urlsplit

from chalicelib.web.visit import Cookie, Reply, Visit


def page(
    template: str,
    visit: Visit | None,
    *,
    status: int = 200,
    cookies: tuple[Cookie, ...] = (),
    form_target: str = "",
    **values: Any,  # noqa: ANN401 - what the template needs
) -> Reply:
    """Render a page in the visitor's language; `form_target` is an address, besides ours, to which a form leads."""
    # Imported here: most answers of the SAML addresses are redirects, which need no templates.
    from chalicelib.web.templating import environment  # noqa: PLC0415

    language = visit.language if visit else "nl"
    session, root = (visit.session, visit.root) if visit else (None, "")
    name = template.removesuffix(".html")
    shown = {"page": name, "visit": visit, "session": session, "language": language, "root": root, **values}
    body = environment(language).get_template(template).render(shown)
    return Reply(body=body, status=status, cookies=cookies, form_target=_origin(form_target))


def _origin(address: str) -> str:
    """Return the origin of an address, which may have a query right behind its host; empty for none."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

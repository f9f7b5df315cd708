"""Flows of signing in and out: at our own site, and at providers for oneself and for others."""

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, urlsplit

from lxml import etree

from local.digid.answers import cancelled, signed_in
from local.identities import MACHTIGEN
from tests.faults.flows import Check, Flow, Prepare, Step, fill_in, look, nothing, sign_in
from tests.faults.world import ONE, SERVICES, TWO, World
from tests.http.client import DIGID, Answer, at_digid, digid
from tests.http.journey import mandate
from tests.saml.provider import NAMES, FakeProvider, found

_POST, _ARTIFACT = "0", "1"
"""Indexes of a provider's addresses for answers."""

_FOR_ANOTHER = f"<p:Scoping><p:RequesterID>{MACHTIGEN}</p:RequesterID></p:Scoping>"


def _asks(provider: FakeProvider, consumer: str = _POST, scoping: str = "") -> Prepare:
    """Let a provider write an AuthnRequest, for both bindings."""

    def ready(world: World) -> None:
        request = provider.request(
            IssueInstant=world.stamped(), AssertionConsumerServiceIndex=consumer, scoping=scoping
        )
        world.facts["query"] = provider.query(request, "relay")
        world.facts["asked"] = provider.post_form(request, "relay")
        world.facts.pop("here", None)

    return ready


def _ask(provider: FakeProvider, consumer: str = _POST, scoping: str = "") -> Step:
    def do(world: World) -> Answer:
        henk, here = world.henk, world.facts.get("here")
        answer = henk.get(here) if here else henk.post("/saml/sso", world.facts["asked"])
        if "/saml/choice/" in str(answer.headers.get("Location", "")):
            # Where it goes on after an outage: the browser is there now, and reloads that.
            world.facts["here"] = answer.location
            answer = henk.get(answer.location)
        return _kept(world, answer)

    return Step("POST /saml/sso", do, _asks(provider, consumer, scoping))


def _kept(world: World, answer: Answer) -> Answer:
    if "Location" in answer.headers:
        world.facts["next"] = answer.location
    elif f"{DIGID}/" in answer.body:
        world.facts["to_digid"] = answer
    return answer


def _at_digid(level: str = "20", *, cancels: bool = False) -> Prepare:
    """Let Henk sign in at DigiD, which writes its answer."""

    def ready(world: World) -> None:
        henk = world.henk
        asked = at_digid(world.facts["to_digid"])
        world.facts["answer"] = cancelled(asked) if cancels else signed_in(asked, henk.bsn.digits, level)

    return ready


def _return_by_form() -> Step:
    """Come back with the artifact in a form, as DigiD may send it."""

    def do(world: World) -> Answer:
        way = urlsplit(digid().engine.way_back(world.facts["answer"]))
        return _kept(world, world.henk.post(way.path, dict(parse_qsl(way.query))))

    return Step("POST /saml/digid/acs", do, _at_digid(), resumes=True)


def _return(*, cancels: bool = False, to_provider: bool = True) -> Step:
    def do(world: World) -> Answer:
        outcome = world.facts["answer"]
        return _kept(world, world.henk.answer(outcome.asked, outcome))

    # At our own site nobody waits for an answer: who is not signed in begins anew.
    return Step("GET /saml/digid/acs", do, _at_digid(cancels=cancels), resumes=to_provider)


def _login() -> Step:
    return Step("GET /login", lambda world: _kept(world, world.henk.get("/login?next=/mandates")))


def _to_choice(world: World) -> None:
    world.facts["choice"] = world.facts["next"]


_CHOICE = Step("GET choice", lambda world: world.henk.get(world.facts["choice"]), _to_choice)
_CHOOSE = Step(
    "POST choice",
    lambda world: _kept(world, world.henk.post(world.facts["choice"], {"person": world.facts["case_id"]})),
    resumes=True,
)


def _resolve(provider: FakeProvider) -> Step:
    def do(world: World) -> Answer:
        artifact = parse_qs(urlsplit(world.facts["next"]).query)["SAMLart"][0]
        message = provider.resolve(artifact, IssueInstant=world.stamped())
        answer = world.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=message)
        return Answer(answer.status_code, answer.body.decode(), answer.headers)

    return Step("POST /saml/artifact", do, resumes=True, soap=True)


def _signed_in_at(*providers: FakeProvider) -> Prepare:
    """Let Henk be signed in at providers; remember under which name."""

    def prepare(world: World) -> None:
        for provider in providers:
            _asks(provider)(world)
            answer = world.henk.post("/saml/sso", world.facts["asked"])
            if "SAMLResponse" not in answer.hidden:
                answer = world.henk.pass_digid(answer, "20")
            root = world.answer_in(answer.hidden["SAMLResponse"])
            assertion = provider._decrypted(found(root, "a:EncryptedAssertion"))
            world.facts[provider.entity_id] = assertion.findtext(".//a:NameID", "", NAMES)

    return prepare


def _mandated(world: World) -> None:
    world.facts["case_id"] = mandate(world.vera, world.henk, SERVICES[ONE.entity_id])


def back_from_digid(world: World) -> None:
    """Let Henk come to a provider for himself, and DigiD say who he is: he has that answer in hand."""
    _taken(world, _ask(ONE))
    _at_digid()(world)


def at_the_choice(world: World) -> None:
    """Let Henk be asked for whom he comes to a provider."""
    _mandated(world)
    _taken(world, _ask(ONE, _POST, _FOR_ANOTHER), _return(), _CHOICE)


def _taken(world: World, *steps: Step) -> None:
    for step in steps:
        step.ready(world)
        step.do(world)


def _mandated_until_just_now(world: World) -> None:
    """Let Henk be at the choice, and Vera revoke what he is about to choose."""
    at_the_choice(world)
    world.vera.submit(f"/mandates/{world.facts['case_id']}/revoke", {})


def _logout(provider: FakeProvider) -> Prepare:
    """Let a provider write a LogoutRequest, for both bindings."""

    def ready(world: World) -> None:
        request = etree.fromstring(
            f'<p:LogoutRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="_{secrets.token_hex(16)}" '
            f'Version="2.0" IssueInstant="{world.stamped()}" Destination="https://machtigen.example/saml/slo">'
            f"<a:Issuer>{provider.entity_id}</a:Issuer><a:NameID>{world.facts[provider.entity_id]}</a:NameID>"
            "</p:LogoutRequest>"
        )
        world.facts["query"] = provider.query(request, "relay")
        world.facts["asked"] = provider.post_form(request, "relay")

    return ready


def _has_to_sign_in_at(provider: FakeProvider) -> Check:
    """Tell whether nobody is signed in at the provider's domain any more."""

    def check(world: World) -> bool:
        _asks(provider)(world)
        return "SAMLRequest" in world.henk.post("/saml/sso", world.facts["asked"]).hidden

    return check


_signed_out: Callable[[World], bool] = lambda world: world.henk.get("/mandates").status == 401  # noqa: E731

FLOWS = (
    Flow("sign-in to our site", nothing, (_login(), _return(to_provider=False), look("henk", "/mandates"))),
    Flow("sign-in for oneself, POST", nothing, (_ask(ONE), _return())),
    Flow("sign-in for oneself, Artifact", nothing, (_ask(ONE, _ARTIFACT), _return(), _resolve(ONE))),
    Flow("cancelled at DigiD", nothing, (_ask(ONE), _return(cancels=True))),
    Flow("choice, POST", _mandated, (_ask(ONE, _POST, _FOR_ANOTHER), _return(), _CHOICE, _CHOOSE)),
    Flow(
        "choice, Artifact",
        _mandated,
        (_ask(ONE, _ARTIFACT, _FOR_ANOTHER), _return(), _CHOICE, _CHOOSE, _resolve(ONE)),
    ),
    Flow("choice, refused", _mandated_until_just_now, (_CHOOSE,)),
    Flow("shared sign-in", _signed_in_at(ONE), (_ask(TWO),)),
    Flow(
        "logout at a provider",
        _signed_in_at(ONE, TWO),
        (
            Step(
                "POST /saml/slo",
                lambda world: world.henk.post("/saml/slo", world.facts["asked"]),
                _logout(ONE),
                resumes=True,
            ),
        ),
        _has_to_sign_in_at(TWO),
    ),
    Flow(
        "logout of our site",
        lambda world: sign_in(world.henk, world),
        (fill_in("henk", "/logout"),),
        _signed_out,
    ),
)

BY_OTHER_BINDINGS = (
    Flow(
        "sign-in by Redirect",
        nothing,
        (
            Step(
                "GET /saml/sso",
                lambda world: _kept(world, world.henk.get(f"/saml/sso?{world.facts['query']}")),
                _asks(ONE),
            ),
            _return_by_form(),
        ),
    ),
    Flow(
        "logout by Redirect",
        _signed_in_at(ONE),
        (Step("GET /saml/slo", lambda world: world.henk.get(f"/saml/slo?{world.facts['query']}"), _logout(ONE)),),
    ),
)
"""The same by other bindings: they ask the same of AWS, so that the matrix goes without them."""

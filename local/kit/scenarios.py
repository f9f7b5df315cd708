"""Every kind of sign-in, carried out with the provider's metadata; the kit's client stands in for the provider's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from lxml import etree
from werkzeug.test import TestResponse

from chalicelib.catalogue.model import Profile, Service
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.saml.craft.uris import ARTIFACT
from chalicelib.saml.partners.addresses import ConsumerService
from chalicelib.saml.partners.registration import Imported
from local.kit.client import ACTING, LEGAL, Answer, Client
from local.kit.findings import Finding, mend, ok
from local.kit.stage import REPRESENTATIVE, REPRESENTED, Stage, artifact_in, posted

_CANCELLED = (["Responder", "AuthnFailed"], "Authentication cancelled")


@dataclass(frozen=True, slots=True)
class Trial:
    """One provider on the stage."""

    stage: Stage
    client: Client
    imported: Imported
    service: Service

    @property
    def consumers(self) -> tuple[ConsumerService, ...]:
        return tuple(
            one
            for one in self.imported.provider.consumers
            if one.binding == ARTIFACT or self.imported.profile is Profile.GENERAL
        )

    def start(self, consumer: ConsumerService, *, represented: bool = False, by: str = "POST") -> TestResponse:
        named = f'AttributeConsumingServiceIndex="{self.service.index}"|'
        if self.service.index is None:
            named = "|" + _extensions(self.service)
        request = self.client.request(consumer, named, represented=represented, now=self.stage.clock())
        if by == "Redirect":
            return self.stage.get(f"/saml/sso?{self.client.query(request)}")
        return self.stage.post("/saml/sso", self.client.form(request))

    def read(self, done: TestResponse, consumer: ConsumerService) -> Answer:
        response = posted(done) if consumer.binding != ARTIFACT else self.resolved(artifact_in(done))
        return Answer([], "nothing came back") if response is None else self.client.read(response)

    def resolved(self, artifact: str) -> etree._Element | None:
        body = self.client.resolve(artifact, self.stage.clock())
        return self.stage.resolve(body, self.client.keys.certificate)

    def choice(self, consumer: ConsumerService, level: str) -> str:
        start = self.start(consumer, represented=True)
        return self.stage.pass_digid(start, level).headers.get("Location", "")


def _extensions(service: Service) -> str:
    values = {"IntendedAudience": service.entity_id, "ServiceUUID": service.service_id}
    attributes = "".join(
        f'<a:Attribute Name="urn:nl-eid-gdi:1.0:{name}"><a:AttributeValue>{value}</a:AttributeValue></a:Attribute>'
        for name, value in values.items()
    )
    return f"<p:Extensions>{attributes}</p:Extensions>"


def run_all(trial: Trial) -> Iterator[Finding]:
    """Run every scenario at every address that answers may go to."""
    mandate = trial.stage.mandate(trial.service)
    for consumer in trial.consumers:
        for scenario in _SCENARIOS:
            yield from _attempt(scenario, trial, consumer, mandate)
        if consumer.binding == ARTIFACT:
            yield from _attempt(_artifacts, trial, consumer, mandate)
    # Last, because nobody can sign in for another afterwards.
    yield from _attempt(_revoked, trial, trial.consumers[0], mandate)
    yield from _attempt(_nobody, trial, trial.consumers[0], mandate)


Scenario = Callable[[Trial, ConsumerService, Mandate], Iterator[Finding]]


def _attempt(scenario: Scenario, trial: Trial, consumer: ConsumerService, mandate: Mandate) -> Iterator[Finding]:
    """Run a scenario; whatever goes wrong in it is a finding, and the next one is still run."""
    try:
        yield from scenario(trial, consumer, mandate)
    except (KeyError, ValueError, IndexError, etree.LxmlError) as error:
        about = (scenario.__doc__ or scenario.__name__).rstrip(".")
        yield mend(f"{about}: no answer at {consumer.location}", f"{type(error).__name__}: {error}")


def _expect(about: str, answer: Answer, status: list[str], persons: dict[str, str], message: str = "") -> Finding:
    if (answer.status, answer.persons, answer.message) == (status, persons, message):
        return ok(about)
    return mend(
        about, f"came back as {'/'.join(answer.status)} {answer.message}; expected {'/'.join(status)} {message}"
    )


def _for_oneself(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Sign in for oneself."""
    ways = ("POST",) if trial.imported.profile is Profile.COMBICONNECT else ("POST", "Redirect")
    for way in ways:
        done = trial.stage.pass_digid(trial.start(consumer, by=way), _level(trial))
        answer = trial.read(done, consumer)
        about = f"for oneself, asked by {way}, answered at {consumer.location}"
        yield _expect(about, answer, ["Success"], {ACTING: REPRESENTATIVE.digits})
    expected = len(trial.imported.provider.encryption) or 2
    several = f"while certificates change: signed with the second key, readable with each of {answer.readers} keys"
    yield ok(several) if answer.readers >= expected else mend(several, "a key that the metadata names cannot read it")


def _for_another(trial: Trial, consumer: ConsumerService, mandate: Mandate) -> Iterator[Finding]:
    """Sign in for another."""
    choice = trial.choice(consumer, _level(trial))
    answer = trial.read(trial.stage.post(choice, {"person": mandate.case_id}), consumer)
    both = {ACTING: REPRESENTATIVE.digits, LEGAL: REPRESENTED.digits}
    yield _expect(f"for another, answered at {consumer.location}", answer, ["Success"], both)


def _cancelled(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Cancel."""
    status, message = _CANCELLED
    at_digid = trial.stage.pass_digid(trial.start(consumer), "10", cancel=True)
    yield _expect("cancelled at DigiD", trial.read(at_digid, consumer), status, {}, message)
    at_choice = trial.stage.post(trial.choice(consumer, _level(trial)), {"cancel": "1"})
    yield _expect("cancelled at the choice of a person", trial.read(at_choice, consumer), status, {}, message)


def _too_low(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Reach too low a level."""
    if trial.service.level > 10:
        done = trial.stage.pass_digid(trial.start(consumer), "10")
        answer = trial.read(done, consumer)
        yield _expect("too low a level of assurance", answer, ["Responder", "NoAuthnContext"], {})


def _wrong_key(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Sign a request with a key of somebody else."""
    stranger = Client(trial.imported.document, f"{trial.stage.wired.settings.base_url}/saml/sso", "urn:x")
    named = f'AttributeConsumingServiceIndex="{trial.service.index or 1}"|'
    request = stranger.request(consumer, named, represented=False, now=trial.stage.clock())
    refused = trial.stage.post("/saml/sso", stranger.form(request)).status_code
    yield ok("a request signed by another is refused") if refused == 400 else mend("a stranger's request", str(refused))


def _artifacts(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Resolve artifacts."""
    artifact = artifact_in(trial.stage.pass_digid(trial.start(consumer), _level(trial)))
    first, second = trial.resolved(artifact), trial.resolved(artifact)
    once = first is not None and second is None
    yield ok("an artifact is resolved once, and then no more") if once else mend("a second resolve", "got an answer")
    late = artifact_in(trial.stage.pass_digid(trial.start(consumer), _level(trial)))
    trial.stage.clock.ahead += timedelta(minutes=2, seconds=1)
    response = trial.resolved(late)
    answer = Answer([], "") if response is None else trial.client.read(response)
    yield _expect("an artifact that is resolved after two minutes", answer, ["Requester", "RequestDenied"], {})


def _revoked(trial: Trial, consumer: ConsumerService, mandate: Mandate) -> Iterator[Finding]:
    """Revoke meanwhile."""
    choice = trial.choice(consumer, _level(trial))
    trial.stage.revoke(mandate)
    answer = trial.read(trial.stage.post(choice, {"person": mandate.case_id}), consumer)
    yield _expect("revoked between choice and answer", answer, ["Responder", "RequestDenied"], {})


def _nobody(trial: Trial, consumer: ConsumerService, _: Mandate) -> Iterator[Finding]:
    """Have no mandate."""
    done = trial.stage.post(trial.choice(consumer, _level(trial)), {"cancel": "1"})
    status, message = _CANCELLED
    yield _expect("no mandate, and back to the provider", trial.read(done, consumer), status, {}, message)


def _level(trial: Trial) -> str:
    return str(trial.service.level)


_SCENARIOS: tuple[Scenario, ...] = (_for_oneself, _for_another, _cancelled, _too_low, _wrong_key)

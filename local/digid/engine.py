"""DigiD's engine: takes a question, keeps the answer behind an artifact, and hands it out once."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from local.digid.answers import Issuer, Outcome, artifact_response, response
from local.digid.forms import DIGID, Form
from local.digid.known import Known
from local.digid.requests import WITHIN, Asked, read_post, read_redirect, read_resolve
from provisioning.keys import KeyPair

_REFUSED = ("Requester", "RequestDenied")


class Engine:
    """`known` returns the metadata of who may ask: it is read once, as DigiD loads a file.

    DigiD answers by Artifact whatever is asked. One that answers by POST resolves nothing, and is some other provider.
    """

    def __init__(
        self,
        entity_id: str,
        single_sign_on: str,
        keys: KeyPair,
        known: Callable[[], bytes],
        clock: Callable[[], datetime],
        *,
        by_artifact: bool = True,
        form: Form = DIGID,
    ) -> None:
        self.entity_id, self.single_sign_on, self.keys, self.clock = entity_id, single_sign_on, keys, clock
        self.by_artifact, self.form = by_artifact, form
        self._load = known
        self._copy: Known | None = None
        self._waiting: dict[str, tuple[Outcome, datetime]] = {}

    @property
    def issuer(self) -> Issuer:
        encryption = self.known.encryption if self.form.encrypted else ()
        return Issuer(self.entity_id, self.keys, self.form, encryption[0][1] if encryption else "")

    @property
    def known(self) -> Known:
        if self._copy is None:
            self._copy = Known.read(self._load())
        return self._copy

    def replace_copy(self, document: bytes | None = None) -> None:
        """Load the metadata of who may ask anew, as a person does at DigiD: a document, or what is published next."""
        self._copy = Known.read(document) if document else None

    def take_query(self, query: str) -> Asked:
        """Read a request by Redirect. Raises `NobodyKnown`."""
        return read_redirect(query, self.known, self.single_sign_on, self.clock(), by_artifact=self.by_artifact)

    def take_form(self, form: Mapping[str, str]) -> Asked:
        """Read a request by POST. Raises `NobodyKnown`."""
        return read_post(form, self.known, self.single_sign_on, self.clock(), by_artifact=self.by_artifact)

    def keep(self, outcome: Outcome) -> str:
        """Keep how a sign-in ended, and return the artifact for it."""
        artifact = new_artifact(self.entity_id)
        self._waiting[artifact] = (outcome, self.clock())
        return artifact

    def way_back(self, outcome: Outcome) -> str:
        """Return where the browser goes with the artifact for an outcome."""
        state = {"RelayState": outcome.asked.relay_state} if outcome.asked.relay_state else {}
        return f"{outcome.asked.consumer}?{urlencode({'SAMLart': self.keep(outcome), **state})}"

    def response(self, outcome: Outcome) -> str:
        """Return the value of SAMLResponse for an outcome, for one that answers by POST."""
        return response(outcome, self.issuer, self.clock())

    def resolve(self, body: bytes) -> bytes:
        """Answer an ArtifactResolve. An answer is made when it is fetched, and only once. Raises `NobodyKnown`."""
        now = self.clock()
        asked = read_resolve(body, self.known, now)
        if not asked.valid:
            return artifact_response(None, None, self.issuer, now, _REFUSED)
        outcome, since = self._waiting.pop(asked.artifact, (None, now))
        if outcome is None or outcome.asked.issuer != asked.issuer:
            return artifact_response(None, asked.resolve_id, self.issuer, now, _REFUSED)
        late = now - since > WITHIN
        return artifact_response(None if late else outcome, asked.resolve_id, self.issuer, now)


def new_artifact(entity_id: str) -> str:
    """Return an artifact of type 4 for the endpoint with index 0 (SAML bindings 3.6.4)."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()

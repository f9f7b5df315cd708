"""A page that somebody prints at home, as PDF: the print vendor's function sets it while they wait."""

import base64
import json
from typing import Any, Protocol

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import SealedLetter, sealing_context
from chalicelib.observe import correlation_id
from chalicelib.outage import outage
from chalicelib.people.vault import Seals


class Papers(Protocol):
    def pdf(self, page: Letter) -> bytes:
        """Return a page as tagged PDF (PDF/UA). Raise `Unavailable` when it cannot be set now."""
        ...


class VendorPapers:
    """Calls the function by its name. What is handed over is sealed, as in the queue: no call of AWS shows a code."""

    def __init__(self, functions: Any, name: str, seal: Seals) -> None:  # noqa: ANN401 - boto3 client
        self._functions, self._name, self._seal = functions, name, seal

    def pdf(self, page: Letter) -> bytes:
        sealed = self._seal.seal(page.to_json(), sealing_context(page.letter_id))
        message = SealedLetter(page.letter_id, sealed, None, correlation_id()).to_json()
        with outage("lambda"):
            answer = self._functions.invoke(FunctionName=self._name, Payload=message.encode())
            if "FunctionError" in answer:
                raise Unavailable("lambda")
            return base64.b64decode(json.loads(answer["Payload"].read())["pdf"], validate=True)

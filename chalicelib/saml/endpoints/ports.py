"""What the addresses of SAML work with: what a sign-in and the role towards providers do, and what pages do."""

from typing import Protocol

from chalicelib.people.brp.person import PopulationRegister
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.web.sessions import Sessions


class SamlPorts(ProviderPorts, Protocol):
    @property
    def sessions(self) -> Sessions: ...

    @property
    def people(self) -> PopulationRegister: ...

"""An import takes nothing that is another organisation's, and pins no document that was edited after it was signed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.uris import PROTOCOL
from operate.catalogue.__main__ import main
from operate.catalogue.csv_file import COLUMNS
from provisioning.digid import pin
from tests.http.client import DIGID_KEYS
from tests.operate.conftest import LINE, SERVICE
from tests.saml.hostile.forging import sign
from tests.saml.hostile.samples import METADATA
from tests.saml.national import ENTITY_ID, SUPPLIER, SUPPLIER_KEYS, SUPPLIER_OIN, NationalProvider
from tests.saml.provider import NAMES, SAML

Write = Callable[..., Path]
NOW = datetime.now(UTC)


def _with_a_supplier(path: Path, supplier: NationalProvider, services: str = "[]") -> Path:
    """Add a cluster supplier, an organisation of its own, to the catalogue of the other."""
    (path.parent / "supplier.xml").write_bytes(supplier.metadata())
    path.write_text(
        path.read_text()
        + f"""  - oin: "{SUPPLIER_OIN}"
    name: Supplier
    roles:
      - role: cluster-supplier
        connections:
          - entity_id: {SUPPLIER}
            metadata: supplier.xml
            services: {services}
"""
    )
    return path


def test_a_supplier_does_not_take_the_name_of_who_is_connected_itself(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    supplier = NationalProvider(keys=SUPPLIER_KEYS, entity_id=SUPPLIER, behind=ENTITY_ID)
    assert main([str(_with_a_supplier(written(), supplier)), "--apply"], catalogue) == 1
    assert f"{SUPPLIER}: metadata: entityID {ENTITY_ID} is that of Gemeente Ominous" in capsys.readouterr().err
    assert catalogue.services() == []


def test_nobody_has_services_under_a_name_that_is_not_in_the_metadata(
    catalogue: DynamoCatalogue, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(f"- {{service_id: {SERVICE}, entity_id: '{SUPPLIER}', name: Locks}}")
    assert main([str(path), "--apply"], catalogue) == 1
    assert f"entityID {SUPPLIER} has services here, and is not in the metadata" in capsys.readouterr().err


def test_a_list_of_services_takes_none_of_another_connection(
    catalogue: DynamoCatalogue, written: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supplier = NationalProvider(keys=SUPPLIER_KEYS, entity_id=SUPPLIER, behind="urn:nl-eid-gdi:1.0:DV:x")
    assert main([str(_with_a_supplier(written(), supplier)), "--apply"], catalogue) == 0
    row = {**LINE, "connection entity ID": SUPPLIER, "service entity ID": SUPPLIER}
    (tmp_path / "services.csv").write_text(";".join(row[name] for name in COLUMNS) + "\n")
    assert main([str(tmp_path / "services.csv"), "--apply"], catalogue) == 1
    assert f"service_id: it is one of {ENTITY_ID}" in capsys.readouterr().err
    assert catalogue.service(SERVICE).asked_through == ENTITY_ID


def _identity_provider() -> etree._Element:
    root = etree.fromstring(
        f"""<md:EntityDescriptor xmlns:md="{METADATA}" xmlns:ds="{NAMES["d"]}" ID="_1" entityID="https://idp.example/md">
<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}"><md:KeyDescriptor><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{DIGID_KEYS.certificate_body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="{SAML}:bindings:HTTP-POST" Location="https://idp.example/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>"""
    )
    sign(root, DIGID_KEYS)
    return root


def test_an_identity_providers_metadata_is_pinned_with_a_right_signature_or_with_none(
    catalogue: DynamoCatalogue,
) -> None:
    root = _identity_provider()
    assert pin(catalogue, etree.tostring(root), NOW, by_artifact=False)
    root.remove(root[0])
    assert pin(catalogue, etree.tostring(root), NOW, by_artifact=False)


@pytest.mark.parametrize(("before", "after"), [("/sso", "/elsewhere"), ('ID="_1"', 'ID="_2"'), ("\n", "\n  ")])
def test_an_identity_providers_metadata_that_was_edited_by_hand_is_refused(
    catalogue: DynamoCatalogue, before: str, after: str
) -> None:
    edited = etree.tostring(_identity_provider()).decode().replace(before, after)
    with pytest.raises(InvalidMessage, match=r"digest does not fit|reference to something else"):
        pin(catalogue, edited.encode(), NOW, by_artifact=False)

"""The catalogue as a YAML file: organisation → role → connection → service (combiconnect.md 5.4).

    organisations:
      - oin: "00000009999999990001"
        name: Gemeente Voorbeeld
        roles:
          - role: service-provider
            connections:
              - entity_id: urn:nl-eid-gdi:1.0:DV:00000009999999990001:entities:0001
                profile: combiconnect
                metadata: voorbeeld.xml          # or metadata_url: https://…
                services:
                  - {index: 1, name: {nl: …, en: …}, level: 20, max_days: 365}

Every level may have `valid`. `docs/connecting.md` lists all fields.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from chalicelib.catalogue.model import Connection, EntityId, Profile, Representation, Validity
from chalicelib.errors import InvalidMessage, Unavailable
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.partners.registration import Imported, import_metadata, oin_in
from operate.catalogue.draft import Draft, DraftConnection
from provisioning.catalogue.reading import LINE, Problems, Row, Wrong, kind, only_known, service, validity, yes

ROLES = ("service-provider", "independent-connector", "cluster-supplier", "routing-supplier")
_OIN = re.compile(r"[0-9]{20}")
_CONNECTION_FIELDS = {
    "entity_id", "name", "profile", "version", "metadata", "metadata_url", "signed_by", "unasked", "sso", "sso_domain",
    "mutual_tls",
    "services", "valid",
}  # fmt: skip

Fetch = Callable[[str], bytes]


class _WithLines(yaml.SafeLoader):
    """Notes in every mapping the line on which it begins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002, FBT001, FBT002
        return {**super().construct_mapping(node, deep=True), LINE: node.start_mark.line + 1}


def read_yaml(path: Path, fetch: Fetch, now: datetime) -> tuple[Draft, Problems]:
    """Read a whole catalogue. Metadata is a file beside it, or fetched with `fetch`."""
    draft, problems = Draft(whole=True), Problems()
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _WithLines)  # noqa: S506 - a SafeLoader
        only_known(document, {"organisations"})
    except (yaml.YAMLError, Wrong) as error:
        problems.note(path.name, " ".join(str(error).split()))
        return draft, problems
    reader = _Reader(path.parent, fetch, now, draft, problems)
    for organisation in document.get("organisations") or []:
        reader.organisation(organisation)
    return draft, problems


class _Reader:
    def __init__(self, folder: Path, fetch: Fetch, now: datetime, draft: Draft, problems: Problems) -> None:
        self._folder, self._fetch, self._now = folder, fetch, now
        self._draft, self._problems = draft, problems

    def organisation(self, row: Row) -> None:
        try:
            only_known(row, {"oin", "name", "roles", "valid"})
            _check_oin(row)
            around = validity(row)
            for role in row.get("roles") or []:
                self._role(role, row, around)
        except Wrong as error:
            self._problems.note(_place(row), str(error))

    def _role(self, row: Row, organisation: Row, around: Validity) -> None:
        only_known(row, {"role", "connections", "valid"})
        if row.get("role") not in ROLES:
            raise Wrong(f"role: not one of {', '.join(ROLES)}")
        layers = (around, validity(row))
        for connection in row.get("connections") or []:
            try:
                self._connection(connection, organisation, row["role"], layers)
            except InvalidMessage as error:
                self._problems.note(_place(connection), error.told)
            except (Wrong, Unavailable, OSError) as error:
                self._problems.note(_place(connection), str(error))

    def _connection(self, row: Row, organisation: Row, role: str, layers: tuple[Validity, ...]) -> None:
        only_known(row, _CONNECTION_FIELDS)
        imported = self._metadata(row)
        entity_id = EntityId(imported.provider.entity_id)
        if row.get("entity_id") != entity_id:
            raise Wrong(f"entity_id: the metadata is of {entity_id}")
        if oin_in(entity_id) not in (None, organisation["oin"]):
            raise Wrong("oin: another than in the entityID")
        if entity_id in self._draft.connections:
            raise Wrong(f"entity_id: {entity_id} is used twice")
        name, layers = str(row.get("name") or organisation["name"]), (*layers, validity(row))
        connection = Connection(
            entity_id=entity_id,
            name=name,
            metadata=imported.metadata,
            unasked=kind(Representation, row, "unasked", Representation.SELF),
            profile=imported.profile,
            organisation=str(organisation["oin"]),
            role=role,
            # A domain may be agreed before it is switched on, or switched off for a while.
            sso_domain=row.get("sso_domain") if yes(row, "sso") else None,
            version=str(row.get("version", "1.1")),
            mutual_tls=yes(row, "mutual_tls") if "mutual_tls" in row else False,
            valid=layers,
        )
        self._draft.connections[entity_id] = DraftConnection(connection, imported, row.get("metadata_url"))
        for one in row.get("services") or []:
            self._service(one, entity_id, name, layers)
        for provider, reason in imported.refused.items():
            self._problems.note(_place(row), f"{provider} behind it: {reason}")

    def _metadata(self, row: Row) -> Imported:
        if ("metadata" in row) == ("metadata_url" in row):
            raise Wrong("metadata: name a file, or a metadata_url")
        trusted: tuple[Certificate, ...] = ()
        if "signed_by" in row:
            trusted = (Certificate.from_pem((self._folder / row["signed_by"]).read_text(encoding="utf-8")),)
        elif "metadata_url" in row:
            raise Wrong("signed_by: what is fetched must be signed by a certificate that you have in hand")
        document = (
            self._fetch(row["metadata_url"]) if "metadata_url" in row else (self._folder / row["metadata"]).read_bytes()
        )
        profile = kind(Profile, row, "profile", Profile.GENERAL) if "profile" in row else None
        return import_metadata(document, self._now, profile=profile, trusted=trusted)

    def _service(self, row: Row, holder: EntityId, provider: str, layers: tuple[Validity, ...]) -> None:
        try:
            self._draft.add_service(service(row, holder, provider, layers), _place(row), self._problems)
        except Wrong as error:
            self._problems.note(_place(row), str(error))


def _check_oin(row: Row) -> None:
    if not _OIN.fullmatch(str(row.get("oin", ""))):
        raise Wrong("oin: not 20 digits, in quotes")


def _place(row: object) -> str:
    return f"line {row[LINE]}" if isinstance(row, Mapping) and LINE in row else "somewhere"

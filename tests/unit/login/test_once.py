from typing import cast

import pytest

from chalicelib.errors import InvalidMessage
from chalicelib.login.once import use_once
from chalicelib.storage.tables import TransientTable
from tests.builders import NOW
from tests.fakes import FakeTable


def test_an_id_counts_once_for_its_kind_and_sender_and_is_free_for_any_other() -> None:
    table = cast("TransientTable", FakeTable())
    for kind, sender in (("request", "taxes"), ("request", "parking"), ("resolve", "taxes"), ("assertion", "digid")):
        use_once(table, kind, sender, "_1", NOW)
        with pytest.raises(InvalidMessage, match="seen before"):
            use_once(table, kind, sender, "_1", NOW)
        use_once(table, kind, sender, "_2", NOW)

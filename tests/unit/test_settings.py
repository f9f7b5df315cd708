import pytest

from chalicelib.letters.limits import Limits
from chalicelib.settings import ConfigurationError, Settings

RIGHT = {"BASE_URL": "https://machtigen.example.nl/api/", "REGISTER_TABLE": "a-register"}


def test_a_setting_is_read_when_it_is_used_and_not_before() -> None:
    settings = Settings({"REGISTER_TABLE": "a-register"})
    assert settings.register_table == "a-register"
    with pytest.raises(ConfigurationError, match=r"^BRP_URL is missing: Base address"):
        _ = settings.brp_url


@pytest.mark.parametrize("wrong", ["machtigen", "ftp://machtigen", "https://", "https://x?y=1", "https://x/#y"])
def test_an_address_that_is_none_names_its_key_and_does_not_show_its_value(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        _ = Settings({"BASE_URL": wrong}).base_url
    assert str(error.value) == "BASE_URL is wrong: it has to be an address, such as https://machtigen.example.nl"


@pytest.mark.parametrize("wrong", ["machtigen", "urn:two words", "urn:x\ny", f"urn:{1024 * 'x'}", ":x"])
def test_an_entity_id_is_an_absolute_uri(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^DIGID_ENTITY_ID is wrong: it has to be an entityID"):
        _ = Settings({"DIGID_ENTITY_ID": wrong}).digid_entity_id
    assert Settings({"DIGID_ENTITY_ID": "https://x.example/~idp?a=b"}).digid_entity_id == "https://x.example/~idp?a=b"


@pytest.mark.parametrize("wrong", ["two words", "x" * 201, "-----BEGIN PRIVATE KEY-----\n"])
def test_a_name_cannot_be_a_secret_by_mistake(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="SECRETS_PREFIX is wrong") as error:
        _ = Settings({"SECRETS_PREFIX": wrong}).secrets_prefix
    assert wrong not in str(error.value)


def test_limits_of_letters_are_numbers_in_their_order() -> None:
    assert Limits(*Settings({"LETTER_LIMITS": "1,5,3,10"}).letter_limits) == Limits()
    assert Limits(*Settings({"LETTER_LIMITS": "1,2,3,4"}).letter_limits) == Limits(1, owner=2, other=3, address=4)


@pytest.mark.parametrize("wrong", ["1", "1,5,3", "1,5,3,10,2", "0,5,3,10", "1,five,3,10", "1,5,3,-1"])
def test_limits_that_would_allow_nothing_or_are_no_numbers_are_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^LETTER_LIMITS is wrong"):
        _ = Settings({"LETTER_LIMITS": wrong}).letter_limits


def test_the_address_of_the_test_letter_is_its_lines_or_off() -> None:
    assert Settings({"CANARY_ADDRESS": "Beheer | Postbus 1|1234 AB  X"}).canary_address == (
        "Beheer",
        "Postbus 1",
        "1234 AB  X",
    )
    assert Settings({"CANARY_ADDRESS": "off"}).canary_address == ()
    for wrong in ("Beheer", "Beheer||1234 AB  X", "1|2|3|4|5|6|7", f"Beheer|{'x' * 201}"):
        with pytest.raises(ConfigurationError, match=r"^CANARY_ADDRESS is wrong"):
            _ = Settings({"CANARY_ADDRESS": wrong}).canary_address


def test_the_address_tells_its_origin_and_under_which_path_everything_lies() -> None:
    settings = Settings(RIGHT)
    assert (settings.base_url, settings.origin, settings.site, settings.root) == (
        "https://machtigen.example.nl/api",
        "https://machtigen.example.nl",
        "machtigen.example.nl/api",
        "/api",
    )
    assert settings.replaced(base_url="https://other.example").root == ""


def test_a_value_is_parsed_once() -> None:
    settings = Settings(RIGHT)
    assert settings.base_url is settings.base_url


def test_who_may_tell_of_letters_is_named_by_role_and_nobody_is_told_apart_where_anybody_may() -> None:
    both = Settings({"LETTER_STATUS_SENDERS": "function=AROAEXAMPLE00000000,outside=AROAEXAMPLE00000001"})
    assert both.letter_status_senders == {"function": "AROAEXAMPLE00000000", "outside": "AROAEXAMPLE00000001"}
    assert Settings({"LETTER_STATUS_SENDERS": "any"}).letter_status_senders == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "function",
        "function=",
        "printer=AROAEXAMPLE00000000",
        "function=AROA*",
        "function=AROAEXAMPLE00000000,",
        "any,any",
    ],
)
def test_a_sender_that_is_none_lets_nobody_in(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="LETTER_STATUS_SENDERS is wrong"):
        _ = Settings({"LETTER_STATUS_SENDERS": wrong}).letter_status_senders

import pytest

from print_vendor.function import _of_process, _setter_of_process, print_letter, set_page
from print_vendor.settings import ConfigurationError, Settings, documented

RIGHT = {key: example for key, _, example in documented()}


def test_settings_are_read_from_an_environment() -> None:
    assert Settings({**RIGHT, "OTHER": "x"}).letter_bucket == RIGHT["LETTER_BUCKET"]


@pytest.mark.parametrize("key", RIGHT)
def test_one_that_is_missing_or_wrong_is_named_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{key} is missing: "):
        getattr(Settings({**RIGHT, key: ""}), key.lower())
    for wrong in ("two words", "x" * 201, "-----BEGIN PRIVATE KEY-----\n"):
        with pytest.raises(ConfigurationError, match=f"^{key} is wrong: ") as error:
            getattr(Settings({**RIGHT, key: wrong}), key.lower())
        assert wrong not in str(error.value)


def test_a_function_stops_without_a_setting_that_it_uses_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _of_process.cache_clear()
    _setter_of_process.cache_clear()
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    for key in RIGHT.keys() - {"AWS_REGION"}:
        monkeypatch.delenv(key, raising=False)
    with pytest.raises(ConfigurationError, match=r"^LETTERS_TABLE is missing: "):
        print_letter({"Records": []}, None)
    with pytest.raises(ConfigurationError, match=r"^FIELD_KEY is missing: "):
        set_page({}, None)

from tests.shape.package import check


def test_the_package_holds_what_is_shipped_and_nothing_else() -> None:
    assert check() == []

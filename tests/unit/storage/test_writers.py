from chalicelib.storage.writers import Writer, new_writer, without_writers

PUT = {"Put": {"TableName": "T", "Item": {"pk": {"S": "P"}}, "ConditionExpression": "attribute_not_exists(pk)"}}
CHANGE = {"Update": {"TableName": "T", "Key": {"pk": {"S": "P"}}, "UpdateExpression": "ADD #n :one SET a = :a"}}
DELETE = {"Delete": {"TableName": "T", "Key": {"pk": {"S": "P"}}}}


def test_every_write_has_a_writer_of_its_own() -> None:
    assert len({new_writer().name for _ in range(100)}) == 100


def test_what_is_put_on_a_condition_carries_its_writer() -> None:
    writer = Writer("w1", 0)
    signed = writer.sign(PUT)["Put"]
    assert writer.wrote(signed["Item"])
    assert not Writer("w2", 0).wrote(signed["Item"])
    assert signed["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    assert without_writers(signed["Item"]) == PUT["Put"]["Item"]


def test_what_is_put_in_any_case_or_deleted_can_be_repeated_as_it_is() -> None:
    always = {"Put": {"TableName": "T", "Item": {"pk": {"S": "P"}}}}
    assert Writer("w1", 0).sign(always) == always
    assert Writer("w1", 0).sign(DELETE) == DELETE


def test_a_change_is_refused_to_the_writer_that_made_it() -> None:
    signed = Writer("w1", 0).sign(CHANGE)["Update"]
    assert signed["UpdateExpression"] == "ADD #writers :writers, #n :one SET a = :a REMOVE #past"
    assert signed["ConditionExpression"] == "NOT contains(#writers, :writer)"
    assert signed["ExpressionAttributeValues"] == {":writer": {"S": "w1"}, ":writers": {"SS": ["w1"]}}


def test_a_change_keeps_its_own_condition() -> None:
    own = {**CHANGE["Update"], "ConditionExpression": "a = :a OR b = :b", "UpdateExpression": "REMOVE c"}
    signed = Writer("w1", 0).sign({"Update": own})["Update"]
    assert signed["ConditionExpression"] == "(a = :a OR b = :b) AND NOT contains(#writers, :writer)"
    assert signed["UpdateExpression"] == "REMOVE #past, c ADD #writers :writers"


def test_writers_are_forgotten_no_sooner_than_a_minute_later() -> None:
    """Or an item would grow with every write; no call is repeated that long."""
    parts = [Writer("w", minute) for minute in range(6)]
    for this, following, third in zip(parts, parts[1:], parts[2:], strict=False):
        assert this.part not in (this.forgets, following.part, following.forgets)
        assert third.forgets == this.part


def test_the_minute_is_that_of_the_clock() -> None:
    assert new_writer(lambda: "w", lambda: 3599.9) == Writer("w", 59)

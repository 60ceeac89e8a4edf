import unittest

from botocore.exceptions import ClientError

from leaderboard.scores import ATTEMPTS, Scores


class Table:
    """As much of a table of boto3's as scores need: items by their keys, and transactions that check conditions."""

    name = "scores"

    def __init__(self):
        self.items: dict[tuple, dict] = {}
        self.meta = self
        self.client = self
        self.before_write = lambda: None

    def get_item(self, Key, ConsistentRead):
        assert ConsistentRead
        item = self.items.get((Key["kind"], Key["place"]))
        return {} if item is None else {"Item": item}

    def query(self, KeyConditionExpression, ExpressionAttributeValues, ScanIndexForward, Limit):
        assert KeyConditionExpression == "kind = :board" and not ScanIndexForward
        kind = ExpressionAttributeValues[":board"]
        rows = sorted((key for key in self.items if key[0] == kind), reverse=True)
        return {"Items": [self.items[key] for key in rows[:Limit]]}

    def transact_write_items(self, TransactItems):
        self.before_write()
        for change in TransactItems:
            put = change.get("Put", {})
            if "ConditionExpression" in put and not self.holds(put):
                raise ClientError({"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems")
        for change in TransactItems:
            [(kind, item)] = change.items()
            assert item["TableName"] == self.name
            if kind == "Put":
                self.items[(item["Item"]["kind"], item["Item"]["place"])] = item["Item"]
            else:
                self.items.pop((item["Key"]["kind"], item["Key"]["place"]), None)

    def holds(self, put):
        there = self.items.get((put["Item"]["kind"], put["Item"]["place"]))
        if put["ConditionExpression"] == "attribute_not_exists(kind)":
            return there is None
        return there is not None and there["points"] == put["ExpressionAttributeValues"][":best"]


class ScoresTest(unittest.TestCase):
    def setUp(self):
        self.table = Table()
        self.scores = Scores(self.table)

    def test_keeps_each_players_best(self):
        for player, points in [("ada", 10), ("bob", 7), ("ada", 9), ("ada", 10), ("bob", 120)]:
            self.scores.put(player, points)
        expected = [{"player": "bob", "points": 120}, {"player": "ada", "points": 10}]
        self.assertEqual(self.scores.top(), expected)
        self.assertEqual(len(self.table.items), 4)

    def test_asks_once_for_what_is_known(self):
        self.scores.put("ada", 10)
        self.table.get_item = None
        self.scores.put("ada", 10)
        self.scores.put("ada", 9)
        self.assertEqual(self.scores.top(), [{"player": "ada", "points": 10}])

    def test_shows_the_ten_best(self):
        for n in range(12):
            self.scores.put(f"p{n}", n)
        self.assertEqual([one["points"] for one in self.scores.top()], list(range(11, 1, -1)))

    def test_shows_a_list_again_for_a_second(self):
        self.assertEqual(self.scores.top(), [])
        self.scores.put("ada", 10)
        self.assertEqual(self.scores.top(), [])

    def test_takes_a_score_that_another_one_came_in_between(self):
        def other():
            self.table.before_write = lambda: None
            Scores(self.table).put("ada", 50)

        self.table.before_write = other
        self.scores.put("ada", 60)
        self.assertEqual(self.scores.top(), [{"player": "ada", "points": 60}])

    def test_gives_up_at_last(self):
        calls = []

        def never():
            calls.append(1)
            raise ClientError({"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems")

        self.table.before_write = never
        with self.assertRaises(ClientError):
            self.scores.put("ada", 1)
        self.assertEqual(len(calls), ATTEMPTS)
        self.assertEqual(self.table.items, {})


if __name__ == "__main__":
    unittest.main()

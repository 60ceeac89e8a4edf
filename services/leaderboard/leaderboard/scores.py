"""The best score of every player, in DynamoDB.

A table in which two kinds of item stand: a player's best score, under the player's name, and the board, on which each
of them stands under its points, so that the best are one query. Both change together.
"""

import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOARD = "board"
SHOWN = 10
# How long a list may be shown again, in seconds: most requests ask for it, and few change it.
FRESH_FOR = 1.0
# Of how many players the best score is remembered. It only grows, so what is remembered is never too much.
REMEMBERED = 10_000
# How often a score is tried that another one of the same player comes in between.
ATTEMPTS = 3


def connect(table: str):
    # An answer that comes later than that is of no use to a player who waits.
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return boto3.resource("dynamodb", config=config).Table(table)


class Scores:
    def __init__(self, table):
        """Of a table of boto3's, as `connect` gives it."""
        self._table = table
        self._known: dict[str, int] = {}
        self._top: list[dict] = []
        self._read_at = float("-inf")

    def put(self, player: str, points: int) -> None:
        """Keeps the player's best score. The same score twice, or a lower one, changes nothing."""
        if points <= self._known.get(player, -1):
            return
        for attempt in range(ATTEMPTS):
            best = self._best(player)
            if best is not None and points <= best:
                return self._remember(player, best)
            try:
                self._replace(player, best, points)
                return self._remember(player, points)
            except ClientError as error:
                last = attempt == ATTEMPTS - 1
                if last or error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise

    def top(self) -> list[dict]:
        """The ten best players, at most a second old."""
        now = time.monotonic()
        if now - self._read_at >= FRESH_FOR:
            answer = self._table.query(
                KeyConditionExpression="kind = :board",
                ExpressionAttributeValues={":board": BOARD},
                ScanIndexForward=False,
                Limit=SHOWN,
            )
            items = answer["Items"]
            self._top = [{"player": item["player"], "points": int(item["points"])} for item in items]
            self._read_at = now
        return self._top

    def _remember(self, player: str, points: int) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[player] = points

    def _best(self, player: str) -> int | None:
        item = self._table.get_item(Key=player_key(player), ConsistentRead=True).get("Item")
        return None if item is None else int(item["points"])

    def _replace(self, player: str, best: int | None, points: int) -> None:
        unchanged = (
            {"ConditionExpression": "attribute_not_exists(kind)"}
            if best is None
            else {"ConditionExpression": "points = :best", "ExpressionAttributeValues": {":best": best}}
        )
        own = {**player_key(player), "points": points}
        row = {**board_key(player, points), "player": player, "points": points}
        changes = [{"Put": {"Item": own, **unchanged}}, {"Put": {"Item": row}}]
        if best is not None:
            changes.append({"Delete": {"Key": board_key(player, best)}})
        for change in changes:
            for item in change.values():
                item["TableName"] = self._table.name
        self._table.meta.client.transact_write_items(TransactItems=changes)


def player_key(player: str) -> dict:
    return {"kind": "player", "place": player}


def board_key(player: str, points: int) -> dict:
    """Texts stand in the order of their characters, so points have as many digits as the most that there can be."""
    return {"kind": BOARD, "place": f"{points:07d} {player}"}

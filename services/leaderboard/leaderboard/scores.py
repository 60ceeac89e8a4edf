"""The best score of every player, in DynamoDB."""

import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOARD = "all"
INDEX = "by-points"
SHOWN = 10
# How long a list may be shown again, in seconds: most requests ask for it, and few change it.
FRESH_FOR = 1.0


class Scores:
    def __init__(self, table: str):
        # An answer that comes later than that is of no use to a player who waits.
        config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
        self._table = boto3.resource("dynamodb", config=config).Table(table)
        self._top: list[dict] = []
        self._read_at = 0.0

    def put(self, player: str, points: int) -> None:
        """Keeps the player's best score. The same score twice, or a lower one, changes nothing."""
        try:
            self._table.update_item(
                Key={"board": BOARD, "player": player},
                UpdateExpression="SET points = :points",
                ConditionExpression="attribute_not_exists(points) OR points < :points",
                ExpressionAttributeValues={":points": points},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def top(self) -> list[dict]:
        """The ten best players, at most a second old."""
        now = time.monotonic()
        if now - self._read_at >= FRESH_FOR:
            answer = self._table.query(
                IndexName=INDEX,
                KeyConditionExpression="board = :board",
                ExpressionAttributeValues={":board": BOARD},
                ScanIndexForward=False,
                Limit=SHOWN,
            )
            items = answer["Items"]
            self._top = [{"player": item["player"], "points": int(item["points"])} for item in items]
            self._read_at = now
        return self._top

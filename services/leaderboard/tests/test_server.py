import hashlib
import hmac
import unittest

from leaderboard.server import create_app


class Memory:
    def __init__(self):
        self.scores = {}

    def put(self, player, points):
        self.scores[player] = max(points, self.scores.get(player, 0))

    def top(self):
        return [{"player": "ada", "points": 7}]


class Broken(Memory):
    def put(self, player, points):
        raise RuntimeError("no table")


class Server(unittest.TestCase):
    def setUp(self):
        self.lines = []
        self.board = Memory()
        self.client = create_app(self.board, b"key", "v1", log=self.lines.append).test_client()

    def post(self, body):
        return self.client.post("/api/leaderboard/scores", json=body)

    def test_health_and_version(self):
        answer = self.client.get("/health")
        self.assertEqual((answer.status_code, answer.json), (200, {"status": "ok"}))
        self.assertEqual(answer.headers["x-service-version"], "v1")

    def test_a_score_is_kept_and_signed(self):
        answer = self.post({"player": "ada", "points": 12})
        signed = hmac.new(b"key", b"ada 12", hashlib.sha256).hexdigest()
        self.assertEqual(answer.json, {"player": "ada", "points": 12, "receipt": signed})
        self.assertEqual(self.board.scores, {"ada": 12})

    def test_what_is_no_score_is_refused_with_what_is_allowed(self):
        for body in [{"points": 1}, {"player": "a b", "points": 1}, {"player": 7, "points": 1}, [], "x"]:
            answer = self.post(body)
            self.assertEqual(answer.status_code, 400, body)
            self.assertEqual(answer.json, {"error": "player must be 1 to 40 letters, digits, - or _"})
        for points in [-1, 1.5, "1", True, None, 1_000_001]:
            answer = self.post({"player": "ada", "points": points})
            self.assertEqual(answer.json, {"error": "points must be a whole number from 0 to 1000000"}, points)
        self.assertEqual(self.board.scores, {})

    def test_the_best_are_listed(self):
        self.assertEqual(self.client.get("/api/leaderboard/top").json, {"players": [{"player": "ada", "points": 7}]})

    def test_failures_are_answered_and_logged_and_tell_nothing(self):
        client = create_app(Broken(), b"key", "v1", log=self.lines.append).test_client()
        answer = client.post("/api/leaderboard/scores", json={"player": "ada", "points": 1})
        self.assertEqual((answer.status_code, answer.json), (500, {"error": "the service failed"}))
        self.assertEqual([line["level"] for line in self.lines], ["error", "warn"])
        self.assertIn("no table", self.lines[0]["error"])

    def test_unknown_paths_are_json_too(self):
        answer = self.client.get("/nothing")
        self.assertEqual(answer.status_code, 404)
        self.assertIn("error", answer.json)
        self.assertEqual(answer.headers["x-service-version"], "v1")

"""Reads a running service at SERVICE_URL. Standard library only: nothing is installed where this runs."""

import json
import os
import unittest
import urllib.error
import urllib.request

URL = os.environ.get("SERVICE_URL", "").rstrip("/")


def get(path):
    with urllib.request.urlopen(URL + path, timeout=10) as answer:
        return answer.status, dict(answer.headers), json.load(answer)


class Running(unittest.TestCase):
    def setUp(self):
        self.assertTrue(URL, "SERVICE_URL is not set")

    def test_is_healthy_and_says_its_version(self):
        status, headers, body = get("/health")
        self.assertEqual((status, body), (200, {"status": "ok"}))
        version = {name.lower(): value for name, value in headers.items()}.get("x-service-version")
        self.assertTrue(version)
        expected = os.environ.get("EXPECTED_VERSION")
        if expected:
            self.assertEqual(version, expected[:12])

    def test_lists_players_by_their_points(self):
        _, _, body = get("/api/leaderboard/top")
        points = [one["points"] for one in body["players"]]
        self.assertEqual(points, sorted(points, reverse=True))

    def test_refuses_what_is_no_score(self):
        request = urllib.request.Request(
            URL + "/api/leaderboard/scores",
            data=b'{"player":"","points":1}',
            headers={"content-type": "application/json"},
        )
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(refused.exception.code, 400)


if __name__ == "__main__":
    unittest.main()

import unittest

from leaderboard.settings import read_settings

NEEDED = {"SCORES_TABLE": "scores", "SIGNING_KEY": "key"}


class ReadSettings(unittest.TestCase):
    def test_defaults(self):
        settings = read_settings(NEEDED)
        self.assertEqual((settings.port, settings.host, settings.version), (8080, "0.0.0.0", "dev"))

    def test_what_is_missing_is_named(self):
        for name in NEEDED:
            with self.assertRaisesRegex(SystemExit, f"{name} is not set"):
                read_settings({key: value for key, value in NEEDED.items() if key != name})

    def test_a_wrong_port_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "PORT is 'http'"):
            read_settings({**NEEDED, "PORT": "http"})

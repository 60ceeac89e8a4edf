"""The service over HTTP."""

import hashlib
import hmac
import json
import re
import sys
import time
from typing import Protocol

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

PLAYER = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
MOST_POINTS = 1_000_000


class Board(Protocol):
    def put(self, player: str, points: int) -> None: ...

    def top(self) -> list[dict]: ...


def create_app(board: Board, signing_key: bytes, version: str, environment: str = "local", log=None) -> Flask:
    app = Flask(__name__)
    app.json.sort_keys = False
    write = log or (lambda line: print(json.dumps(line), file=sys.stdout, flush=True))

    def receipt(player: str, points: int) -> str:
        """Proves later that this service took this score."""
        return hmac.new(signing_key, f"{player} {points}".encode(), hashlib.sha256).hexdigest()

    @app.get("/health")
    def health():
        return jsonify(status="ok")

    @app.get("/api/leaderboard/top")
    def top():
        return jsonify(players=board.top())

    @app.post("/api/leaderboard/scores")
    def scores():
        given = request.get_json(silent=True)
        player = given.get("player") if isinstance(given, dict) else None
        points = given.get("points") if isinstance(given, dict) else None
        if not isinstance(player, str) or not PLAYER.match(player):
            return jsonify(error="player must be 1 to 40 letters, digits, - or _"), 400
        if not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= MOST_POINTS:
            return jsonify(error=f"points must be a whole number from 0 to {MOST_POINTS}"), 400
        board.put(player, points)
        return jsonify(player=player, points=points, receipt=receipt(player, points))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException):
        return jsonify(error=error.description), error.code

    @app.errorhandler(Exception)
    def failed(error: Exception):
        write({"level": "error", "environment": environment, "version": version, "error": repr(error)})
        return jsonify(error="the service failed"), 500

    @app.before_request
    def begin():
        request.environ["leaderboard.begun"] = time.monotonic()

    @app.after_request
    def end(response: Response):
        response.headers["x-service-version"] = version
        begun = request.environ.get("leaderboard.begun")
        if response.status_code >= 400:
            took = None if begun is None else round((time.monotonic() - begun) * 1000)
            line = {"level": "warn", "environment": environment, "version": version, "method": request.method}
            write({**line, "path": request.path, "status": response.status_code, "ms": took})
        return response

    return app

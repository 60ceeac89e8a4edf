"""Starts the service: `python -m leaderboard`."""

import os
import signal
import threading
import time

from waitress import create_server

from .scores import Scores, connect
from .server import create_app
from .settings import read_settings

# Longer than the load balancer keeps a connection (60 s), which would else meet a closed one and answer 502.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
IDLE_SECONDS = 75
DRAIN_SECONDS = 25


def main() -> None:
    settings = read_settings()
    board = Scores(connect(settings.table))
    app = create_app(board, settings.signing_key, settings.version, settings.environment)
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=8,
        channel_timeout=IDLE_SECONDS,
        ident=None,
    )

    def drain(*_: object) -> None:
        """Takes no new connections, answers what is under way, and ends: within the 30 seconds that ECS gives."""
        server.accepting = False
        threading.Thread(target=finish, daemon=True).start()

    def finish() -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < until and any(one.requests for one in list(server.active_channels.values())):
            time.sleep(0.05)
        # waitress's loop has no way out but an exception in its own thread, which it ends well on.
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGTERM, drain)
    print(f'{{"level":"info","message":"listening on {settings.host}:{server.effective_port}"}}', flush=True)
    server.run()


if __name__ == "__main__":
    main()

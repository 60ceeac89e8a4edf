"""What the service is told by its environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    port: int
    host: str
    version: str
    environment: str
    table: str
    signing_key: bytes


def read_settings(variables: dict[str, str] | None = None) -> Settings:
    """Raises SystemExit with a sentence that names what is missing or wrong."""
    given = os.environ if variables is None else variables
    for name in ("SCORES_TABLE", "SIGNING_KEY"):
        if not given.get(name):
            raise SystemExit(f"leaderboard: {name} is not set")
    port = given.get("PORT", "8080")
    if not port.isdigit() or int(port) > 65535:
        raise SystemExit(f"leaderboard: PORT is {port!r}: allowed is a port, or 0 for any")
    return Settings(
        port=int(port),
        host=given.get("HOST", "0.0.0.0"),
        version=given.get("SERVICE_VERSION", "dev"),
        environment=given.get("ENVIRONMENT", "local"),
        table=given["SCORES_TABLE"],
        signing_key=given["SIGNING_KEY"].encode(),
    )

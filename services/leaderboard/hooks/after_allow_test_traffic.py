"""CodeDeploy's AfterAllowTestTraffic hook: calls the new version through the test listener (TEST_URL) before any
customer reaches it. Lambda's Python has botocore; nothing else is needed."""

import json
import os
import time
import urllib.request

ATTEMPTS = 5
PAUSE_SECONDS = 2
REQUEST_SECONDS = 10


def call(path):
    with urllib.request.urlopen(os.environ["TEST_URL"] + path, timeout=REQUEST_SECONDS) as answer:
        if not answer.headers.get("x-service-version"):
            raise ValueError(f"{path} answered without x-service-version")
        return json.load(answer)


def failure():
    """What is wrong with the new version, in a sentence; None when it is well."""
    try:
        if call("/health") != {"status": "ok"}:
            return "/health is not ok"
        if not isinstance(call("/api/leaderboard/top").get("players"), list):
            return "/api/leaderboard/top lists no players"
    except Exception as error:  # whatever it is, customers must not meet it
        return repr(error)
    return None


def handler(event, _context):
    why = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        why = failure()
        if why is None:
            break
    status = "Succeeded" if why is None else "Failed"
    print(json.dumps({"deployment": event["DeploymentId"], "status": status, "failure": why}))
    report(event, status)
    return status


def report(event, status):
    import botocore.session

    client = botocore.session.get_session().create_client("codedeploy")
    client.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )

// The `docker` command of builds in the process runtime: hands its arguments to the runtime, which does the work, and
// prints what comes back. Plain JavaScript without packages, so that it starts at once.
"use strict";
const http = require("node:http");

const gateway = process.env.GREENROOM_GATEWAY;
const argv = process.argv.slice(2);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function call(stdin) {
  const request = http.request(new URL("/_greenroom/docker", gateway), {
    method: "POST",
    headers: { "content-type": "application/json", "x-greenroom-build": process.env.GREENROOM_BUILD ?? "" },
  });
  request.on("error", (error) => fail(`Cannot connect to the Docker daemon at ${gateway}: ${error.message}`));
  request.on("response", (response) => {
    let rest = "";
    let exit;
    response.setEncoding("utf8");
    response.on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines.filter(Boolean)) {
        const message = JSON.parse(line);
        if (message.out) process.stdout.write(message.out);
        if (message.err) process.stderr.write(message.err);
        if (message.exit !== undefined) exit = message.exit;
      }
    });
    const ended = () => {
      if (exit === undefined) fail("the Docker daemon ended the connection");
      else process.exitCode = exit;
    };
    response.on("close", ended);
  });
  request.end(JSON.stringify({ argv, cwd: process.cwd(), stdin }));
}

if (!gateway) fail("Cannot connect to the Docker daemon: GREENROOM_GATEWAY is not set");
else if (argv.includes("--password-stdin")) {
  let text = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => (text += chunk));
  process.stdin.on("end", () => call(text));
} else call("");

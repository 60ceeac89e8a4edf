import assert from "node:assert/strict";
import { test } from "node:test";
import { configFrom } from "./config";

test("an empty environment means the defaults", () => {
  assert.deepEqual(configFrom({}), { port: 8080, host: "0.0.0.0", version: "dev", environment: "local" });
});

test("every variable is taken", () => {
  const env = { PORT: "0", HOST: "127.0.0.1", SERVICE_VERSION: "0123456789ab", ENVIRONMENT: "prod" };
  const expected = { port: 0, host: "127.0.0.1", version: "0123456789ab", environment: "prod" };
  assert.deepEqual(configFrom(env), expected);
});

test("the leaderboard's address is taken, or refused", () => {
  assert.equal(configFrom({ LEADERBOARD_URL: "http://scores:80" }).leaderboard, "http://scores:80");
  assert.throws(
    () => configFrom({ LEADERBOARD_URL: "scores" }),
    /LEADERBOARD_URL is "scores": it must be the address/,
  );
});

test("one error names every wrong variable, its value and what is allowed", () => {
  const env = { PORT: "70000", HOST: " ", SERVICE_VERSION: "a\nb", ENVIRONMENT: "production" };
  assert.throws(() => configFrom(env), {
    message:
      'PORT is "70000": it must be a port number from 0 to 65535; ' +
      'HOST is " ": it must be an address to listen on, such as 0.0.0.0; ' +
      'SERVICE_VERSION is "a\\nb": it must be 1 to 64 letters, digits, dots, dashes or underscores; ' +
      'ENVIRONMENT is "production": it must be one of local, staging, prod',
  });
});

for (const port of ["", "-1", "80.5", "http", "0x50"]) {
  test(`PORT=${JSON.stringify(port)} is refused`, () => {
    assert.throws(() => configFrom({ PORT: port }), /^Error: PORT is /);
  });
}

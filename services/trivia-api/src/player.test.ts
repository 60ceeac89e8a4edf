import assert from "node:assert/strict";
import { test } from "node:test";
import { playerFrom } from "./player";

test("a returning player's id and score", () => {
  assert.deepEqual(playerFrom("player=ada.42"), { id: "ada", score: 42 });
});

test("the cookie is found among others", () => {
  assert.deepEqual(playerFrom("theme=dark; player=g_7-x.0;lang=en"), { id: "g_7-x", score: 0 });
});

const newPlayers = [
  undefined,
  "",
  ";;",
  "theme=dark",
  "player",
  "player=",
  "player=.5",
  "player=ada.",
  "player=ada.-1",
  "player=ada.1.2",
  "player=ada.1e3",
  "player=%E0%A4%A.1",
  `player=${"a".repeat(65)}.1`,
  "xplayer=ada.42",
];
for (const header of newPlayers) {
  test(`${JSON.stringify(header)} is a new player`, () => {
    assert.equal(playerFrom(header), undefined);
  });
}

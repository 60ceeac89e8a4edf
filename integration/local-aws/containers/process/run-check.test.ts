import assert from "node:assert/strict";
import { refusalOfCommand } from "./run-check";

describe("commands of a Dockerfile", () => {
  const fine = [
    "npm ci --omit=dev && npm run build",
    "mkdir -p data ./cache && touch data/x",
    `node -e "fetch('https://example.com/a/b')" > /dev/null 2>&1`,
    "sed -i 's/a/b/' file && cp ../package.json .",
    "echo apk is a word here",
  ];
  for (const text of fine) it(`runs ${text}`, () => assert.equal(refusalOfCommand(text), undefined));

  const refused: [text: string, why: RegExp][] = [
    ["apk add --no-cache curl", /"apk" installs system packages/],
    ["true && apt-get update", /"apt-get" installs system packages/],
    ["DEBIAN_FRONTEND=x exec apt-get update", /"apt-get"/],
    ["addgroup app; adduser app", /"addgroup" changes users/],
    ["chown -R node .", /"chown" changes users/],
    ["(sudo ls)", /"sudo" changes this machine/],
    ["corepack enable", /"corepack" changes this machine/],
    ["rm -rf /var/cache", /\/var\/cache is an absolute path/],
    ["cat x >/etc/hosts", /\/etc\/hosts is an absolute path/],
    ["npm install --prefix=/app", /\/app is an absolute path/],
    ["cd ../../.. && rm -r x", /leaves the WORKDIR/],
  ];
  for (const [text, why] of refused)
    it(`refuses ${text}`, () => assert.match(refusalOfCommand(text) ?? "", why));
});

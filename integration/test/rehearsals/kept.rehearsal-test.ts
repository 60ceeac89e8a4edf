import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { directoryOf } from "../../../infra/definitions/common";
import { services } from "../../../infra/services";
import { copyCheckout, root } from "../../checkout";
import { versionHeader } from "../../local-aws/core/versions";
import { descendants, greenroom, left, mainFile, signal, type Ended } from "../command";

/** The loop in which people develop, in a clone: each test goes on where the one before it ended. */
describe("a local AWS that is kept", function () {
  this.timeout(400_000);
  const service = services[0]?.name ?? "";
  let checkout: string;
  let keeping: Promise<Ended>;
  let keeper: ChildProcess | undefined;
  let said = "";
  let clone: (args: string[], options?: Parameters<typeof greenroom>[1]) => Promise<Ended>;

  before(async () => {
    checkout = await mkdtemp(path.join(os.tmpdir(), "greenroom-kept-"));
    await copyCheckout(checkout);
    await mkdir(path.join(checkout, ".greenroom"));
    for (const name of ["base", "cache"])
      await symlink(path.join(root, ".greenroom", name), path.join(checkout, ".greenroom", name), "junction");
    clone = (args, options) => greenroom(args, { ...options, checkout });
    await new Promise<void>((resolve, reject) => {
      keeping = clone(
        ["rehearse", "--keep", "--port", "0", "--service", service, "--scenario", "good-release"],
        {
          onText: (text, child) => {
            keeper = child;
            said = text;
            if (text.includes("stays up")) resolve();
          },
        },
      );
      void keeping.then(({ stderr }) => reject(new Error(`it ended by itself:\n${stderr}`)));
    });
  });
  after(async () => {
    keeper?.kill("SIGTERM");
    await keeping;
    await rm(checkout, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Asks as a browser does that takes names under localhost for this machine. */
  const get = (url: string) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const { host, port, pathname } = new URL(url);
      http
        .get({ host: "127.0.0.1", port, path: pathname, headers: { host }, agent: false }, (answer) =>
          resolve(answer.resume()),
        )
        .once("error", reject);
    });
  const urls = async (environment: string) => {
    const { stdout } = await clone(["status"]);
    const at = new RegExp(`${service} in ${environment}: (\\S+)\\n +(\\S+) or (\\S+)`).exec(stdout);
    assert.ok(at, stdout);
    const [, version = "", named = "", plain = ""] = at;
    return { version, named, plain };
  };

  it("says what it holds, and answers by the names that it says", async () => {
    for (const environment of ["staging", "prod"]) {
      const { version, named, plain } = await urls(environment);
      assert.match(version, /^[0-9a-f]{12}$/, said);
      assert.match(named, new RegExp(`^http://${service}\\.${environment}\\.localhost:\\d+/$`));
      for (const url of [named, `${plain}/`]) assert.equal((await get(url)).headers[versionHeader], version);
    }
  });

  it("takes the working tree again, to staging, with the verdict", async () => {
    const before = { staging: await urls("staging"), prod: await urls("prod") };
    const begun = Date.now();
    const { code, stdout, stderr } = await clone(["release"]);
    const seconds = (Date.now() - begun) / 1000;
    assert.equal(code, 0, stderr);
    const [, version] = /^SAFE {2}\S+ ([0-9a-f]{12}) in staging/m.exec(stdout) ?? [];
    assert.ok(version, stdout);
    assert.notEqual(version, before.staging.version);
    assert.equal((await urls("staging")).version, version);
    assert.equal((await urls("prod")).version, before.prod.version);
    // Half a minute on two cores that have nothing else to do.
    assert.ok(seconds < 60, `${seconds} s`);
    process.stdout.write(`      a release took ${seconds.toFixed(1)} s\n`);
  });

  it("lets a release go that is stopped, which leaves nothing in the way of the next one", async () => {
    let family: ReturnType<typeof descendants> = [];
    const { code } = await clone(["release"], {
      onText: (text, child) => {
        if (family.length > 0 || !text.includes("staging Build …")) return;
        family = descendants(child.pid ?? 0);
        signal(mainFile, "SIGINT")(family);
      },
    });
    assert.equal(code, 130);
    assert.deepEqual(await left(family), []);
  });

  it("stops what does not build, says where, and names what no release brings", async () => {
    const before = await urls("staging");
    const buildspec = path.join(checkout, directoryOf({ name: service }), "buildspec.yml");
    const text = await readFile(buildspec, "utf8");
    await writeFile(buildspec, text.replace("commands:\n", "commands:\n      - exit 3\n"));
    await writeFile(path.join(checkout, "infra/new-component.ts"), "export {};\n");
    const { code, stdout } = await clone(["release", "--service", service]);
    await writeFile(buildspec, text);
    assert.equal(code, 1);
    assert.match(stdout, /^STOPPED BEFORE CUSTOMERS {2}[^]*Failed, at Build: [^]*exit status 3/m);
    assert.match(stdout, /^NOT RELEASED: infra\/new-component\.ts$/m);
    assert.equal((await urls("staging")).version, before.version);
  });

  it("knows only the services that it has", async () => {
    const { code, stderr } = await clone(["release", "--service", "bord"]);
    assert.equal(code, 2);
    assert.match(stderr, /--service bord: the local AWS has no such service; it has /);
  });

  it("ends with Ctrl-C, and leaves nothing", async () => {
    assert.ok(existsSync(path.join(checkout, ".greenroom/kept.json")));
    const family = descendants(keeper?.pid ?? 0);
    signal(mainFile, "SIGINT")(family);
    assert.equal((await keeping).code, 130, said);
    assert.deepEqual(await left(family), []);
    assert.ok(!existsSync(path.join(checkout, ".greenroom/kept.json")));
    for (const command of ["release", "status"]) {
      const { code, stderr } = await clone([command]);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /no local AWS is kept by this clone: start one with npx greenroom rehearse --keep/,
      );
    }
  });
});

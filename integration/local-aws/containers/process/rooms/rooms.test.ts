import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root as checkout } from "../../../../checkout";
import { openRooms, type OpenedRooms, type Place, type Room } from ".";

const usual = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** What this machine's walls keep in, tried with what real buildspecs and tasks do. */
describe("a room with walls", function () {
  this.timeout(30_000);
  let opened: OpenedRooms;
  let folder: string;
  let gateway: http.Server;

  before(async function () {
    folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-rooms-"));
    gateway = http.createServer((_, response) => response.end("the local AWS"));
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    const hear = (other: NodeJS.EventEmitter) =>
      other.on("connection", (socket) => gateway.emit("connection", socket));
    opened = await openRooms({ gateway: "http://127.0.0.1:1", hear, outside: "secret" });
    const { missing } = opened.rooms;
    if (missing === undefined) return;
    // A machine without namespaces says why, and has no walls to try.
    assert.ok(missing.length > 10, missing);
    process.stderr.write(`    rooms have no walls here: ${missing}\n`);
    this.skip();
  });
  after(async () => {
    await opened.close();
    gateway.closeAllConnections();
    gateway.close();
    rmSync(folder, { recursive: true });
  });

  const view = (more: { readable?: string[] } = {}) => ({
    folder,
    writable: [path.join(folder, "own")],
    readable: [],
    ...more,
  });
  async function run(script: string, more: { place?: Place; room?: Room; readable?: string[] } = {}) {
    let told = "";
    const program = {
      ...{ command: "bash", args: ["-c", script], cwd: path.join(folder, "own"), environment: usual },
      onOutput: (text: string) => (told += text),
    };
    const group = await (more.room?.run(program) ?? opened.rooms.start(view(more), program, more.place));
    const { exitCode } = await group.ended;
    return { exitCode, told };
  }
  const node = (code: string) => `${JSON.stringify(process.execPath)} -e ${JSON.stringify(code)}`;
  /** Starts a server in a room, and waits until it says that it listens. */
  async function serve(place: Place, port: number, host: string) {
    const code = `require("http").createServer((_, a) => a.end(require("os").hostname())).listen(${port}, ${JSON.stringify(host)}, () => console.log("listening"))`;
    let listening: () => void = () => undefined;
    const up = new Promise<void>((resolve) => (listening = resolve));
    const group = await opened.rooms.start(
      view(),
      {
        ...{ command: process.execPath, args: ["-e", code], cwd: "/", environment: usual },
        onOutput: () => listening(),
      },
      place,
    );
    await up;
    return group;
  }
  const ask = ({ host, port }: { host: string; port: number }) =>
    opened.network?.probe(
      { host, port, path: "/", headers: {}, timeoutMs: 2000 },
      new AbortController().signal,
    );

  it("has its own files, and reads this machine's programs", async () => {
    const mark = `greenroom-${process.pid}`;
    const { told, exitCode } = await run(
      `touch /etc/${mark} /usr/bin/${mark} /opt/${mark} /tmp/${mark} && rm /usr/bin/env && ls /etc/${mark} && echo kept > kept`,
    );
    assert.deepEqual([told, exitCode], [`/etc/${mark}\n`, 0]);
    for (const at of ["/etc", "/usr/bin", "/opt", os.tmpdir()]) assert.ok(!existsSync(`${at}/${mark}`), at);
    assert.ok(existsSync("/usr/bin/env"));
    assert.equal(readFileSync(path.join(folder, "own", "kept"), "utf8"), "kept\n");
  });

  it("cannot take away what it reads", async () => {
    const file = path.join(folder, "read", "file");
    await import("node:fs/promises").then((fs) => fs.mkdir(path.dirname(file)));
    writeFileSync(file, "here");
    const readable = [path.dirname(file)];
    const { told } = await run(`cat ${file}; rm -rf ${path.dirname(file)}; ls ${file} 2>&1`, { readable });
    assert.match(told, /^here.*No such file/s);
    assert.equal(readFileSync(file, "utf8"), "here");
  });

  it("has nothing of the person's home, of their other files and of this checkout's caches", async () => {
    const home = JSON.stringify(os.homedir());
    const { told } = await run(
      `ls -A ${home} 2>/dev/null | wc -l; ls -A ${JSON.stringify(os.tmpdir())}; ls -A /run /home /root /mnt 2>/dev/null | grep -v :`,
    );
    const [count, ...others] = told.trim().split("\n");
    assert.equal(count, "0");
    assert.deepEqual(others.filter(Boolean), [path.basename(folder)]);
    if (checkout.startsWith(os.homedir())) assert.equal((await run(`ls ${checkout}`)).exitCode, 2);
  });

  it("has its own processes: what ends all of them ends nobody else", async () => {
    const { told } = await run("(sleep 30 &) ; kill -9 -1; ps -e | wc -l");
    assert.ok(Number(told) < 6, told);
    const { exitCode } = await run("kill -9 -1; kill -TERM 1; exit 7");
    assert.equal(exitCode, 7);
  });

  it("ends what it has started, however much that is", async () => {
    const begun = performance.now();
    const { exitCode } = await run("for i in $(seq 200); do sleep 1000 & done; exit 3");
    assert.equal(exitCode, 3);
    assert.ok(performance.now() - begun < 10_000);
  });

  it("is root of nothing", async () => {
    const { told } = await run(
      "id -u; mount -t tmpfs x /mnt 2>&1 | head -1; ip link set lo down 2>&1; date -s 2000-01-01 2>&1 | head -1",
    );
    assert.match(told, /^0\n(.*(permission denied|not permitted|superuser).*\n?){3}/i);
  });

  it("reaches the local AWS, and nothing else of this machine or beside it", async () => {
    const other = await opened.rooms.place(8080);
    const server = await serve(other, 8080, "0.0.0.0");
    const { port } = gateway.address() as AddressInfo;
    const lan = Object.values(os.networkInterfaces())
      .flatMap((all = []) => all)
      .find(({ internal, family }) => !internal && family === "IPv4")?.address;
    const { host } = other.address(8080);
    const place = await opened.rooms.place(8080);
    const get = (url: string) =>
      `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(1500) }).then((a) => a.text()).catch((e) => "no: " + (e.cause?.code ?? e.name)).then((t) => console.log(t))`;
    const urls = [opened.rooms.gateway, `http://127.0.0.1:${port}`, `http://${host}:8080`];
    if (lan !== undefined) urls.push(`http://${lan}:${port}`);
    const script = urls
      .map((url) => node(get(url).replaceAll('"', "'").replaceAll("'", "`")))
      .join("; ")
      .replaceAll("`", "'");
    const { told } = await run(script, { place });
    const [first, ...others] = told.trim().split("\n");
    assert.equal(first, "the local AWS");
    assert.equal(others.length, urls.length - 1);
    assert.ok(
      others.every((one) => one.startsWith("no: ")),
      told,
    );
    server.kill();
  });

  it("has its own ports: two tasks on the same one serve, and one on localhost only is not reached", async () => {
    const places = await Promise.all([1, 2, 3].map(() => opened.rooms.place(8080)));
    const [one, two, three] = places as [Place, Place, Place];
    const groups = [
      await serve(one, 8080, "0.0.0.0"),
      await serve(two, 8080, "::"),
      await serve(three, 8080, "127.0.0.1"),
    ];
    assert.deepEqual(await ask(one.address(8080)), { status: 200 });
    assert.deepEqual(await ask(two.address(8080)), { status: 200 });
    assert.deepEqual(await ask(three.address(8080)), { failure: "refused" });
    assert.equal(await one.unheard(), undefined);
    assert.match(
      (await three.unheard()) ?? "",
      /port 8080: listen there, at 0\.0\.0\.0 and not on localhost/,
    );
    for (const group of groups) group.kill();
  });

  it("hears signals as the first process of a container does", async () => {
    let told = "";
    const program = (script: string) => ({
      ...{ command: "bash", args: ["-c", script], cwd: "/", environment: usual },
      onOutput: (text: string) => (told += text),
    });
    const polite = await opened.rooms.start(
      view(),
      program("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done"),
    );
    while (!told.includes("up")) await wait(10);
    polite.signal("SIGTERM");
    assert.deepEqual([(await polite.ended).exitCode, told], [0, "up\nbye\n"]);
    const deaf = await opened.rooms.start(view(), program("sleep 30"));
    deaf.signal("SIGTERM");
    deaf.kill();
    assert.deepEqual(await deaf.ended, { exitCode: 137, signal: "SIGKILL" });
    // As the kernel does where memory is short.
    const victim = await opened.rooms.start(view(), program("sleep 30"));
    process.kill(victim.pid, "SIGKILL");
    assert.deepEqual(await victim.ended, { exitCode: 137, signal: "SIGKILL" });
    assert.equal(told, "up\nbye\n");
  });

  it("says that there is no such program, as a container does", async () => {
    const program = {
      command: "no-such-program",
      args: [],
      cwd: "/",
      environment: usual,
      onOutput: assert.fail,
    };
    await assert.rejects(opened.rooms.start(view(), program), { code: "ENOENT" });
  });

  it("keeps for the next program what one has made, and ends what one has left", async () => {
    const room = await opened.rooms.open(view());
    const first = await run("touch /opt/made; (sleep 1000 &); exit 4", { room });
    assert.equal(first.exitCode, 4);
    const second = await run("ls /opt/made; ps -eo args | grep -c '^sleep 1000'; pwd", { room });
    assert.equal(second.told, `/opt/made\n1\n${path.join(folder, "own")}\n`);
    await room.close();
    assert.ok(!existsSync("/opt/made"));
  });

  it("tells when its network or its gate has ended, and can be closed all the same", async () => {
    const other = await openRooms({ gateway: "http://127.0.0.1:1", hear: () => undefined, outside: "" });
    const pid = Number(other.network?.words[2]);
    const failed = assert.rejects(
      other.network?.failed ?? Promise.resolve(),
      /the rooms' network ended: it got SIGKILL/,
    );
    process.kill(pid, "SIGKILL");
    await failed;
    await other.close();
  });

  it("ends with whoever has opened it, killed or not", async () => {
    const script = `
      const { openRooms } = require(${JSON.stringify(__dirname)});
      openRooms({ gateway: "http://127.0.0.1:1", hear() {}, outside: "" }).then(async ({ rooms }) => {
        const program = { command: "sleep", args: ["4711"], cwd: "/", environment: { PATH: "/usr/bin:/bin" }, onOutput() {} };
        const group = await rooms.start({ folder: ${JSON.stringify(folder)}, writable: [], readable: [] }, program);
        console.log(group.pid);
      });`;
    const opener = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) =>
      opener.stdout.once("data", (text: Buffer) => resolve(Number(String(text)))),
    );
    assert.ok(existsSync(`/proc/${pid}`));
    opener.kill("SIGKILL");
    const deadline = Date.now() + 5000;
    while (existsSync(`/proc/${pid}`) && Date.now() < deadline) await wait(20);
    assert.ok(!existsSync(`/proc/${pid}`), "it goes on");
  });
});

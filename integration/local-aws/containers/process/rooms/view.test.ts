import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { machine, mountsOf } from "./view";

describe("what a room sees of this machine", () => {
  let work: string;
  before(async () => (work = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "view test, a:b-")))));
  after(() => fs.rm(work, { recursive: true }));

  it("are its folders under layers, its links, and neither homes nor what is temporary", () => {
    const { layered, links, hidden } = machine("/usr/share/somebody", "");
    assert.ok(layered.includes("/usr") && layered.includes("/etc"));
    for (const one of ["/home", "/root", "/tmp", "/run", "/proc", "/dev", "/sys"])
      assert.ok(!layered.includes(one), one);
    assert.ok(links.every(({ path: at }) => !layered.includes(at)));
    // A home that lies in a folder that is seen is empty all the same.
    assert.deepEqual(hidden, ["/usr/share/somebody"]);
  });

  it("has a layer for each file system that is mounted below, and none for those of the kernel", () => {
    const line = (at: string, type: string) => `36 35 98:0 / ${at} rw,noatime shared:1 - ${type} source rw`;
    const { layered } = machine(
      "/root",
      [
        line("/usr/share", "ext4"),
        line("/usr/lib", "cgroup2"),
        line("/tmp/x", "ext4"),
        line("/usr/no\\040such", "ext4"),
      ].join("\n"),
    );
    const below = layered.filter((one) => one.startsWith("/usr"));
    assert.deepEqual(below, ["/usr", "/usr/share"]);
  });

  it("is what is named besides, where it would not be there: folders under layers, files as copies, its own as they are", async () => {
    const [tool, file, own] = ["tool", "ca.pem", "own"].map((name) => path.join(work, name)) as [
      string,
      string,
      string,
    ];
    await fs.mkdir(tool);
    await fs.writeFile(file, "");
    const seen = {
      layered: ["/usr"],
      links: [{ path: "/bin", to: "usr/bin" }],
      hidden: ["/usr/share/me"],
    };
    const readable = [tool, file, "/usr/bin", "/usr/share/me/node", path.join(work, "not there")];
    const { layers, fstab, copies, links } = mountsOf(
      seen,
      { folder: work, writable: [own], readable },
      "/room",
    );
    const escaped = (text: string) => text.replaceAll(" ", "\\040");
    const layer = (n: number, lower: string) =>
      `lowerdir=${lower},upperdir=.greenroom/upper/${n},workdir=.greenroom/work/${n},userxattr,X-mount.mkdir`;
    const lines = fstab
      .trim()
      .split("\n")
      .filter((one) => !one.startsWith("/dev/"));
    assert.equal(layers, `overlay /room/usr overlay ${layer(0, "/usr")} 0 0\n`);
    assert.deepEqual(lines, [
      "tmpfs /room/usr/share/me tmpfs mode=700,X-mount.mkdir 0 0",
      // A path with a colon, a comma or a space cannot stand in a layer's options.
      `${escaped(tool)} /room/.greenroom/lower/1 none bind,X-mount.mkdir 0 0`,
      `overlay ${escaped(`/room${tool}`)} overlay ${layer(1, ".greenroom/lower/1")} 0 0`,
      `${escaped(own)} ${escaped(`/room${own}`)} none bind,X-mount.mkdir 0 0`,
      "proc /room/proc proc nosuid,nodev,noexec,X-mount.mkdir 0 0",
    ]);
    assert.deepEqual(copies, [file]);
    assert.deepEqual(links[0], { path: "/bin", to: "usr/bin" });
  });
});

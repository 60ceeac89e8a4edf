import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, lstatSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { View } from "./rooms";

/** Folders of this machine that no room has: a person's files, what other programs have open, and devices. */
const hiddenFolders = [
  "/home",
  "/root",
  "/boot",
  "/tmp",
  "/run",
  "/media",
  "/mnt",
  "/proc",
  "/sys",
  "/dev",
  "/lost+found",
];
const devices = ["null", "zero", "full", "random", "urandom", "tty"];
/** Mounted below a folder, these have nothing that a program would miss. */
const noFiles =
  /^(proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|autofs|nsfs|binfmt_misc|fusectl|hugetlbfs|efivarfs)$/;

/** This machine's folders, as every room has them. */
export interface Machine {
  /** Each under a layer that goes with the room. */
  layered: readonly string[];
  links: readonly { path: string; to: string }[];
  /** Empty in a room, also where it lies in a folder that is not. */
  hidden: readonly string[];
}

const isWithin = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

export function machine(home = os.homedir(), mounts = readFileSync("/proc/self/mountinfo", "utf8")): Machine {
  const own = [path.resolve(home), path.resolve(os.tmpdir())].filter((one) => one !== "/");
  const hidden = [...hiddenFolders, ...own];
  const isHidden = (file: string) => hidden.some((one) => isWithin(file, one));
  const tops = readdirSync("/")
    .map((name) => `/${name}`)
    .filter((file) => !isHidden(file));
  const links = tops.filter((file) => lstatSync(file).isSymbolicLink());
  const folders = tops.filter((file) => !links.includes(file) && statSync(file).isDirectory());
  // A layer has the files of one file system; what is mounted below has a layer of its own.
  const below = mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => !noFiles.test(fields[fields.indexOf("-") + 1] ?? ""))
    .map((fields) =>
      (fields[4] ?? "").replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((file) => folders.some((one) => file !== one && isWithin(file, one)) && !isHidden(file))
    .filter((file) => existsSync(file) && statSync(file).isDirectory());
  return {
    layered: [...folders, ...new Set(below)].sort(),
    links: links.map((file) => ({ path: file, to: readlinkSync(file) })),
    hidden: own.filter((file) => folders.some((one) => isWithin(file, one))),
  };
}

/** What `mount --all` reads, and what has to be there before. */
export interface Mounts {
  folders: string[];
  files: string[];
  links: { path: string; to: string }[];
  /** Files that are copied, by where they lie here. */
  copies: string[];
  /** Of this machine's folders. Not every file system can have a layer: what cannot is empty in the room. */
  layers: string;
  /** What has to be, after that. */
  fstab: string;
}

/**
 * How a room's root is put together. Everything lies in the current directory, which is the new root; paths in `fstab`
 * are absolute, but for those of layers.
 * @param root where the new root is put together
 */
export function mountsOf(
  { layered, links, hidden }: Machine,
  { writable, readable }: View,
  root: string,
): Mounts {
  const lines: string[] = [];
  const folders = new Set<string>([
    "/proc",
    "/dev/shm",
    "/tmp",
    "/var/tmp",
    "/run",
    "/root",
    "/home",
    "/mnt",
  ]);
  const add = (source: string, at: string, type: string, options: string) =>
    lines.push(
      [source, path.join(root, at), type, `${options},X-mount.mkdir`, "0", "0"].map(escaped).join(" "),
    );
  let count = 0;
  const layer = (at: string) => {
    const n = String(count++);
    // In options, a comma or a colon of a path would be taken for a separator.
    const plain = /^[\w./+@-]+$/.test(at);
    if (!plain) add(at, `/.greenroom/lower/${n}`, "none", "bind");
    for (const part of ["upper", "work"]) folders.add(`/.greenroom/${part}/${n}`);
    const lower = plain ? at : `.greenroom/lower/${n}`;
    const options = `lowerdir=${lower},upperdir=.greenroom/upper/${n},workdir=.greenroom/work/${n},userxattr`;
    add("overlay", at, "overlay", options);
  };
  for (const at of layered) layer(at);
  const layers = lines.splice(0);
  for (const at of hidden) add("tmpfs", at, "tmpfs", "mode=700");
  const isFolder = (file: string) => existsSync(file) && statSync(file).isDirectory();
  const isSeen = (file: string) =>
    layered.some((one) => isWithin(file, one)) && !hidden.some((one) => isWithin(file, one));
  const extra = [...new Set(readable)].filter((file) => existsSync(file) && !isSeen(file)).sort();
  for (const at of extra.filter(isFolder)) layer(at);
  for (const at of [...new Set(writable)].sort()) add(at, at, "none", "bind");
  add("proc", "/proc", "proc", "nosuid,nodev,noexec");
  for (const name of devices)
    lines.push(
      [`/dev/${name}`, path.join(root, "/dev", name), "none", "bind", "0", "0"].map(escaped).join(" "),
    );
  return {
    folders: [...folders],
    files: devices.map((name) => `/dev/${name}`),
    links: [
      ...links,
      { path: "/dev/fd", to: "/proc/self/fd" },
      ...["stdin", "stdout", "stderr"].map((name, fd) => ({
        path: `/dev/${name}`,
        to: `/proc/self/fd/${fd}`,
      })),
    ],
    copies: extra.filter((file) => !isFolder(file)),
    layers: `${layers.join("\n")}\n`,
    fstab: `${lines.join("\n")}\n`,
  };
}

/** https://man7.org/linux/man-pages/man5/fstab.5.html */
const escaped = (field: string): string =>
  field.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);

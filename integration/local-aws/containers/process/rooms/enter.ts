import path from "node:path";
import type { Mounts } from "./view";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const words = (list: readonly string[]): string => list.map(quoted).join(" ");

/** In the language of `setpriv`: what is root in a room is root of nothing. */
const powerless = "--bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs";

/**
 * The shell script that makes a room of the namespaces that it is started in, and becomes the program in it: its arguments
 * are PATH, the current directory, and the program with its arguments. On file descriptor 3 it says `in` once it is in its
 * namespaces, reads a line with the room's address (empty without a network), and says `ready`, `absent` where there is
 * no such program, or `failed`.
 *
 * @param root an empty folder
 * @param tables files with what {@link Mounts} says
 */
export function enterScript(
  root: string,
  tables: { layers: string; fstab: string },
  { folders, files, links, copies }: Mounts,
): string {
  const below = (names: readonly string[]) => names.map((name) => path.posix.join(root, name));
  return `set -e
program_path=$1; directory=$2; shift 2
PATH=/usr/sbin:/usr/bin:/sbin:/bin
trap 'echo failed >&3' EXIT
echo in >&3
mount -t tmpfs -o mode=755 room ${quoted(root)}
mkdir -p ${words(below(folders))}
chmod 1777 ${words(below(["/tmp", "/var/tmp", "/dev/shm"]))}
touch ${words(below(files))}
cd ${quoted(root)}
mount --all --fstab ${quoted(tables.layers)} 2>/dev/null || :
mount --all --fstab ${quoted(tables.fstab)}
${links.map(({ path: at, to }) => `ln -sfn ${quoted(to)} ${words(below([at]))}`).join("\n")}
${copies.map((file) => `mkdir -p ${words(below([path.posix.dirname(file)]))}; cp -L ${words([file, ...below([file])])}`).join("\n")}
pivot_root . .
umount -l .
cd /
ip link set lo up
read -r address <&3
if [ -n "$address" ]; then
  ip address add "$address" dev eth0
  ip link set eth0 up
fi
mkdir -p "$directory"
cd "$directory"
trap - EXIT
PATH=$program_path
if ! command -v -- "$1" >/dev/null; then echo absent >&3; exit 127; fi
echo ready >&3
exec 3>&-
exec ${setpriv} ${powerless} -- "$@"
`;
}

/** Absolute, as a program's PATH may not have it. */
export const setpriv = "/usr/bin/setpriv";

/** What runs a further program in a room whose first process is `pid`. */
export const joinWords = (pid: number, cwd: string): string[] => [
  ...["nsenter", "--target", String(pid), "--user", "--preserve-credentials", "--mount", "--pid", "--net"],
  ...["--root", "--", setpriv, "--pdeathsig", "KILL", ...powerless.split(" "), "--"],
  ...["sh", "-c", 'cd "$0" && exec "$@"', cwd],
];

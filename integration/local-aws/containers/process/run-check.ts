/**
 * Why this runtime must not run a shell command of a Dockerfile, or nothing when it may. A command runs on this machine,
 * not in a file system of its own, so what would change the machine, or means paths of the image, is refused. This
 * keeps honest Dockerfiles from doing harm; it is no sandbox.
 */
export function refusalOfCommand(text: string): string | undefined {
  for (const word of commandWords(text)) {
    const why = systemCommands[word];
    if (why) return `"${word}" ${why}`;
  }
  const absolute = absolutePath.exec(text)?.[1];
  if (absolute) {
    return `${absolute} is an absolute path, which here would be this machine's, not the image's; use a path relative to WORKDIR`;
  }
  if (/(^|[\s=:"'])(\.\.\/)+\.\.(?=\/|[\s"';&|]|$)/.test(text)) return "it leaves the WORKDIR upwards";
  return undefined;
}

const packages = "installs system packages, which processes of this machine cannot have: leave it out";
const users = "changes users, and processes of this machine belong to the one who runs them: leave it out";
const system = "changes this machine: leave it out";
const systemCommands: { [command: string]: string } = {
  ...all(["apk", "apt", "apt-get", "aptitude", "dpkg", "yum", "dnf", "microdnf", "rpm", "pacman"], packages),
  ...all(["adduser", "addgroup", "useradd", "groupadd", "usermod", "passwd", "chown", "chgrp"], users),
  ...all(["su", "sudo", "mount", "chroot", "systemctl", "service", "ldconfig", "corepack", "sysctl"], system),
};

function all(commands: string[], why: string): { [command: string]: string } {
  return Object.fromEntries(commands.map((command) => [command, why]));
}

// Devices and the interpreters that scripts name are the same in an image and here.
const absolutePath =
  /(?:^|[\s"'=:;|&(<>`,])((?!\/dev\/(?:null|stdout|stderr|stdin|zero|u?random)\b|\/bin\/(?:ba)?sh\b|\/usr\/bin\/env\b)\/[A-Za-z0-9._~-][^\s"';|&)<>`]*)/;

/** The first word of each simple command. */
function commandWords(text: string): string[] {
  return text.split(/\|\||&&|[;&|()\n`{}]|\$\(/).flatMap((part) => {
    const words = part.trim().split(/\s+/);
    const first = words.find(
      (word) => !/^(\w+=.*|exec|command|then|do|else|if|while|until|!|env|time|nice)$/.test(word),
    );
    return first ? [first.replace(/^["']|["']$/g, "").replace(/^.*\//, "")] : [];
  });
}

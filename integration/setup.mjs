// Installs what a fresh clone lacks, then runs a TypeScript file: `node integration/setup.mjs FILE [ARGUMENTS]`.
// Plain JavaScript on nothing but Node.js, because it runs before any package is there.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const venv = path.join(root, ".greenroom", "base");
const isWindows = process.platform === "win32";
const [file, ...args] = process.argv.slice(2);
// LocalStack's token goes on through a pipe: an environment is inherited, and can be read as long as its process lives.
const token = process.env.LOCALSTACK_AUTH_TOKEN;
delete process.env.LOCALSTACK_AUTH_TOKEN;
// Of whoever started this: its pipe is not inherited.
delete process.env.GREENROOM_TOKEN_FD;

/** Ends with exit code 2: the rehearsal could not run. */
function stop(message) {
  process.stderr.write(`greenroom: ${message}\n`);
  process.exit(2);
}

function run(command, commandArgs, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    child.stdout?.on("data", (data) => (output += data));
    child.stderr?.on("data", (data) => (output += data));
    child.once("error", (error) => resolve({ code: 127, output: error.message }));
    child.once("exit", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Does `work` unless it was done for the same `key` before; shows that it goes on. */
async function once(what, marker, key, work) {
  const hash = createHash("sha256").update(key).digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === hash) return;
  const begun = Date.now();
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  process.stderr.write(`greenroom: installing ${what} …\n`);
  const timer = setInterval(
    () => process.stderr.write(`greenroom: installing ${what} … ${seconds()}\n`),
    10_000,
  );
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, hash);
  process.stderr.write(`greenroom: installed ${what} in ${seconds()}\n`);
}

async function installPackages() {
  const lock = readFileSync(path.join(root, "package-lock.json"));
  await once("npm packages", path.join(root, "node_modules", ".greenroom"), lock, async () => {
    const { code, output } = await run("npm", ["ci", "--no-progress"], { shell: isWindows });
    if (code !== 0) stop(`npm ci failed:\n${output}`);
  });
}

/** A Python that is new enough, or why there is none. */
async function findPython() {
  const tried = [];
  for (const command of process.env.PYTHON ? [process.env.PYTHON] : ["python3", "python"]) {
    const { code, output } = await run(command, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    const [major, minor] = output.trim().split(".").map(Number);
    if (code === 0 && (major > 3 || (major === 3 && minor >= 10))) return { python: command };
    tried.push(`${command}: ${code === 0 ? `version ${output.trim()}` : "not there"}`);
  }
  return { missing: tried.join("; ") };
}

/** Gives why it could not: without Python, MiniStack runs from its image. */
async function installBase() {
  const requirements = path.join(root, "integration", "requirements.txt");
  const { python, missing } = await findPython();
  if (!python) return missing;
  await once("the base emulator", path.join(venv, ".greenroom"), readFileSync(requirements), async () => {
    rmSync(venv, { recursive: true, force: true });
    const made = await run(python, ["-m", "venv", venv]);
    if (made.code !== 0)
      stop(`${python} cannot make a virtual environment (Debian: apt install python3-venv):\n${made.output}`);
    const pip = path.join(venv, isWindows ? "Scripts" : "bin", "python");
    const got = await run(pip, [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "-r",
      requirements,
    ]);
    if (got.code !== 0) stop(`pip could not install the base emulator:\n${got.output}`);
  });
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19))
  stop(`Node.js 20.19 or newer is needed; this is ${process.versions.node}.`);
if (!file) stop("usage: node integration/setup.mjs FILE [ARGUMENTS]");
const [noPython] = await Promise.all([
  args.includes("--help") ? undefined : installBase(),
  installPackages(),
]);

const child = spawn(process.execPath, ["--require", "tsx/cjs", path.join(root, file), ...args], {
  cwd: root,
  stdio: ["inherit", "inherit", "inherit", ...(token ? ["pipe"] : [])],
  env: {
    ...process.env,
    GREENROOM_VENV: venv,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...(noPython ? { GREENROOM_NO_PYTHON: noPython } : {}),
    ...(token ? { GREENROOM_TOKEN_FD: "3" } : {}),
  },
});
if (token) child.stdio[3].on("error", () => undefined).end(token);
// The terminal sends Ctrl-C to the child as well; it cleans up, and this waits for it.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
// As a shell says it: 1 would be a verdict.
child.once("exit", (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));

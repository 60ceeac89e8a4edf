import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { hostArchitecture } from "../image";
import { exists, inside } from "../tree";
import type { CleanPython, Pythons } from "../pythons";
import { isOfficial, standInConfig, wantedVersion, type Base, type Language } from "./base";

/**
 * Python base images (https://github.com/docker-library/python): a Python of this machine stands in, without its packages,
 * in the version that the tag names where there is one.
 * What pip installs goes into the image's `/usr/local`, as in the real image, and is found by PYTHONPATH, so that it can
 * be unpacked anywhere.
 */
export function pythonBase(pythons: Pythons): Base {
  return {
    name: "python",
    matches: (reference) => isOfficial("python", reference),
    async standIn(reference) {
      const found = await pythons.find(wantedVersion(reference));
      const python = await found.clean();
      const { stdout } = await promisify(execFile)(python, [
        "-c",
        "import platform; print(platform.python_version())",
      ]);
      const version = stdout.trim();
      const made = standInConfig(reference, {
        language: "python",
        name: "Python",
        version,
        env: ["LANG=C.UTF-8", `PYTHON_VERSION=${version}`],
        command: ["python3"],
      });
      return { ...made, key: `python ${version} ${python} ${hostArchitecture()}`, version };
    },
    language: (version) => languageOf(pythons.at(/^\d+\.\d+/.exec(version)?.[0] ?? "")),
  };
}

function languageOf(python: CleanPython): Language {
  const packages = (root: string) =>
    inside(root, path.posix.join("/usr/local/lib", `python${python.minor()}`, "site-packages"));
  return {
    environment: (root) => ({
      PIP_PREFIX: inside(root, "/usr/local"),
      PYTHONPATH: packages(root),
      PYTHONNOUSERSITE: "1",
      // Compiled files have the folder in them that they were made in: the same build would give another image.
      PIP_NO_COMPILE: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      PIP_ROOT_USER_ACTION: "ignore",
      PIP_NO_WARN_SCRIPT_LOCATION: "1",
    }),
    // Each container would compile anew, which takes longer than everything else at its start.
    async unpacked(root) {
      const compile = ["-m", "compileall", "-q", "-x", "/tests?/", "--invalidation-mode", "unchecked-hash"];
      const folder = packages(root);
      if (!(await exists(folder))) return;
      // What does not compile is found out when it is used.
      await promisify(execFile)(await python.clean(), [...compile, folder]).catch(() => undefined);
    },
    programs: [python.cleanFolder()],
    readable: python.folders(),
  };
}

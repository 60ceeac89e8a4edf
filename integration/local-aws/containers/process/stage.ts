import path from "node:path";
import { DockerfileError, type Instruction } from "./dockerfile";
import { expandAt, variable } from "./variables";
import type { ContainerConfig, Healthcheck, ImageConfig } from "./image";
import type { Layer } from "./layer-store";
import { refusalOfCommand } from "./run-check";

/** A stage while it is built. */
export interface StageState {
  /** Its place in the Dockerfile, from 0. */
  index: number;
  config: ContainerConfig;
  /** ARGs that have a value. */
  args: Map<string, string>;
  shell: string[];
  layers: Layer[];
  /** Of everything that made the file system so far. */
  key: string;
  history: ImageConfig["history"];
  /** Where the file system is put together, once something needs it. */
  root: string;
  assembled: boolean;
}

/** Instructions that change an image's configuration and not its files. */
export function applyMetadata(state: StageState, instruction: Instruction): void {
  const { keyword, line, text, pairs, json } = instruction;
  const { config } = state;
  const value = (word: string) => expandAt(line, word, (name) => variable(state, name));
  switch (keyword) {
    case "ENV": {
      // All values of one ENV see the environment before it.
      const expanded = pairs.map(([name, word = ""]) => [name, value(word)] as const);
      for (const [name, word] of expanded) setEnv(config, name, word);
      break;
    }
    case "LABEL":
      for (const [name, word = ""] of pairs) config.Labels = { ...config.Labels, [value(name)]: value(word) };
      break;
    case "WORKDIR":
      config.WorkingDir = path.posix.resolve(config.WorkingDir, value(text)).replace(/(.)\/$/, "$1");
      break;
    case "USER":
      config.User = value(text);
      break;
    case "EXPOSE":
      for (const port of value(text).split(/\s+/)) {
        if (!/^\d+(\/(tcp|udp))?$/.test(port)) throw new DockerfileError(line, `EXPOSE ${port}: not a port`);
        config.ExposedPorts = { ...config.ExposedPorts, [port.includes("/") ? port : `${port}/tcp`]: {} };
      }
      break;
    case "STOPSIGNAL":
      config.StopSignal = stopSignal(value(text), line);
      break;
    case "SHELL":
      if (!json?.[0] || !/^(\/bin\/)?(ba|da)?sh$/.test(json[0])) {
        throw new DockerfileError(
          line,
          `SHELL ${text} is not supported by the process runtime, only sh and bash in exec form`,
        );
      }
      state.shell = [...json];
      break;
    case "CMD":
      config.Cmd = command(state, instruction);
      break;
    case "ENTRYPOINT":
      config.Entrypoint = command(state, instruction);
      // https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
      config.Cmd = undefined;
      break;
    case "HEALTHCHECK":
      config.Healthcheck = healthcheck(state, instruction);
      break;
    default:
      throw new DockerfileError(
        line,
        `${keyword} is not supported by the process runtime; use --containers docker`,
      );
  }
}

export function setEnv(config: ContainerConfig, name: string, value: string): void {
  const at = config.Env.findIndex((item) => item.startsWith(`${name}=`));
  if (at < 0) config.Env.push(`${name}=${value}`);
  else config.Env[at] = `${name}=${value}`;
}

function command({ shell }: StageState, { json, text, line, keyword }: Instruction): string[] {
  if (json) return [...json];
  const refusal = refusalOfCommand(text);
  if (refusal) throw new DockerfileError(line, `${keyword}: ${refusal}; or use --containers docker`);
  return [...shell, text];
}

function stopSignal(signal: string, line: number): string {
  const known = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGWINCH"];
  const numbers: { [number: string]: string } = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    9: "SIGKILL",
    15: "SIGTERM",
  };
  const name = numbers[signal] ?? (signal.startsWith("SIG") ? signal : `SIG${signal}`).toUpperCase();
  if (!known.includes(name))
    throw new DockerfileError(line, `STOPSIGNAL ${signal} is none of ${known.join(", ")}`);
  return name;
}

function healthcheck({ shell }: StageState, { text, line, flags }: Instruction): Healthcheck {
  const [, kind = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  if (kind.toUpperCase() === "NONE") return { Test: ["NONE"] };
  if (kind.toUpperCase() !== "CMD" || !rest)
    throw new DockerfileError(line, "HEALTHCHECK is NONE or CMD command");
  const exec = rest.startsWith("[") ? (JSON.parse(rest) as string[]) : undefined;
  const inShell = shell[0] === "/bin/sh" ? ["CMD-SHELL", rest] : ["CMD", ...shell, rest];
  const nanoseconds = (name: string) => {
    const value = flags.get(name);
    return value === undefined ? undefined : duration(value, line);
  };
  const retries = flags.get("retries");
  return {
    Test: exec ? ["CMD", ...exec] : inShell,
    Interval: nanoseconds("interval"),
    Timeout: nanoseconds("timeout"),
    StartPeriod: nanoseconds("start-period"),
    StartInterval: nanoseconds("start-interval"),
    Retries: retries === undefined ? undefined : Number(retries),
  };
}

/** A duration as Go writes it, e.g. `1m30s`, in nanoseconds. */
function duration(text: string, line: number): number {
  const units: { [unit: string]: number } = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.map(([whole]) => whole).join("") !== text || parts.length === 0) {
    throw new DockerfileError(line, `"${text}" is not a duration such as 30s or 1m30s`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

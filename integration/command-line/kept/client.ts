import { once } from "node:events";
import { rmSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import type { Progress } from "../../rehearsal/progress";
import { commandName } from "../subcommand";
import { keptFile, readKept, type Kept } from "./file";
import { keptHeader, type CommandName, type Commands, type Line } from "./protocol";

/** No local AWS is kept, or none any more. */
export class NotKeptError extends Error {
  override name = "NotKeptError";

  constructor(why: string) {
    super(`${why}: start one with ${commandName("rehearse --keep")}`);
  }
}

/**
 * Asks the local AWS that this clone keeps to do something, and shows what happens meanwhile. Whoever ends, ends the
 * connection, which tells it that nobody waits any more.
 *
 * @throws {NotKeptError}
 */
export async function ask<Name extends CommandName>(
  name: Name,
  asked: Commands[Name]["asks"],
  progress: Progress,
  file = keptFile,
): Promise<Commands[Name]["gives"]> {
  const kept = readKept(file);
  if (!kept) throw new NotKeptError("no local AWS is kept by this clone");
  const answer = await send(kept, name, JSON.stringify(asked)).catch(() => undefined);
  if (answer?.headers[keptHeader] === undefined) {
    answer?.destroy();
    rmSync(file, { force: true });
    throw new NotKeptError("the local AWS that this clone kept has ended");
  }
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new NotKeptError(`the local AWS at ${kept.url} is another clone's, or another version's`);
  }
  let status = "";
  progress.status(() => status);
  for await (const line of linesOf(answer)) {
    if (line.type === "result") return line.result as Commands[Name]["gives"];
    if (line.type === "error") throw new Error(line.message);
    if (line.type === "status") status = line.text;
    else progress[line.type](line.text);
  }
  throw new NotKeptError("the local AWS ended meanwhile");
}

/** Until the connection ends, in whatever way. */
async function* linesOf(answer: http.IncomingMessage): AsyncGenerator<Line> {
  try {
    for await (const text of createInterface({ input: answer, crlfDelay: Infinity }))
      yield JSON.parse(text) as Line;
  } catch (error) {
    if (!answer.destroyed) throw error;
  }
}

async function send(kept: Kept, name: string, body: string): Promise<http.IncomingMessage> {
  const request = http.request(`${kept.url}/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${kept.token}` },
    agent: false,
  });
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  request.on("error", () => undefined);
  return response;
}

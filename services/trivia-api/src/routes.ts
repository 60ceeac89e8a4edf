import type { IncomingMessage } from "node:http";
import { readJson, type Reply, RequestError } from "./http";
import type { Report } from "./leaderboard";
import { playerFrom } from "./player";
import { categories, isCorrect, publicQuestion } from "./trivia";

const ALL = { categories: categories() };
const QUESTION = /^\/api\/trivia\/question\/([^/]*)(\/answer)?$/;

/**
 * Answers one request.
 * @param report - hears of returning players who answered right, with their scores
 * @throws RequestError when the request is wrong
 */
export async function route(request: IncomingMessage, report: Report): Promise<Reply> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (path === "/health") {
    allow(request, "GET", "HEAD");
    return { status: 200, body: { status: "ok" } };
  }
  const [, id, answering] = QUESTION.exec(path) ?? [];
  if (path !== "/api/trivia/all" && id === undefined)
    throw new RequestError(404, `there is nothing at ${path}`);

  const player = playerFrom(request.headers.cookie);
  const headers = { "x-player-score": String(player?.score ?? 0) };
  if (id === undefined) {
    allow(request, "GET", "HEAD");
    return { status: 200, body: ALL, headers };
  }
  if (answering === undefined) {
    allow(request, "GET", "HEAD");
    return { status: 200, body: known(publicQuestion(questionId(id)), id), headers };
  }
  allow(request, "POST");
  const correct = known(isCorrect(questionId(id), answerIn(await readJson(request))), id);
  if (correct && player) report(player.id, player.score);
  return { status: 200, body: { id: Number(id), correct }, headers };
}

function allow(request: IncomingMessage, ...methods: string[]): void {
  if (!methods.includes(request.method ?? "")) {
    const allowed = methods.join(", ");
    throw new RequestError(405, `${request.method} is not allowed here: use ${allowed}`, { allow: allowed });
  }
}

function questionId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RequestError(400, "a question's id is a positive whole number");
  return Number(text);
}

function known<T>(found: T | undefined, id: string): T {
  if (found === undefined) throw new RequestError(404, `there is no question ${id}`);
  return found;
}

function answerIn(body: unknown): string {
  const answer = typeof body === "object" && body !== null && "answer" in body ? body.answer : undefined;
  if (typeof answer !== "string" || answer.trim() === "") {
    throw new RequestError(400, 'the request body must be {"answer": "<text>"}');
  }
  return answer;
}

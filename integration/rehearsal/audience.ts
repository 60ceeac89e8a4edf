import type { EnvironmentName } from "./environments";
import type { RequestTemplate } from "./traffic/clients";

const json = { "content-type": "application/json" };

const everybody: RequestTemplate[] = [
  { path: "/api/trivia/all", json: { field: "categories.0.questions.0.id" } },
  { path: "/api/trivia/question/1", json: { field: "id", equals: 1 } },
  {
    method: "POST",
    path: "/api/trivia/question/1/answer",
    headers: json,
    body: JSON.stringify({ answer: "Jupiter" }),
    json: { field: "correct", equals: true },
  },
  { path: "/api/trivia/question/4", json: { field: "id", equals: 4 } },
];

/** Customers come back: with the cookie that they were given long ago, which no test of ours sends. */
const returning = (request: RequestTemplate): RequestTemplate => ({
  ...request,
  headers: { ...request.headers, cookie: "player=ada" },
});

/** Who uses trivia-api: testers in staging; in production, customers who have been there before. */
export const audience: Record<EnvironmentName, RequestTemplate[]> = {
  staging: everybody,
  prod: everybody.map(returning),
};

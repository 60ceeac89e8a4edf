import type { Traffic } from "../../../integration/rehearsal/traffic";

/** Who uses trivia-api: testers in staging; in production, customers who have been there before. */
const traffic: Traffic = {
  requests: [
    { path: "/api/trivia/all", expect: { has: ["categories.0.questions.0.id"] } },
    { path: "/api/trivia/question/1", expect: { json: { id: 1 } } },
    {
      method: "POST",
      path: "/api/trivia/question/1/answer",
      body: { answer: "Jupiter" },
      expect: { json: { correct: true } },
    },
    { path: "/api/trivia/question/4", expect: { json: { id: 4 } } },
  ],
  // Customers come back: with the cookie that they were given long ago, which no test of ours sends.
  environments: { prod: { cookies: { player: "ada" } } },
};

export default traffic;

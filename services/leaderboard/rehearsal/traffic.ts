import type { Traffic } from "../../../integration/rehearsal/traffic";

/** Who uses leaderboard: most look, some have played. */
const traffic: Traffic = {
  requests: [
    { path: "/api/leaderboard/top", weight: 4, expect: { has: ["players"] } },
    {
      method: "POST",
      path: "/api/leaderboard/scores",
      body: { player: "ada", points: 10 },
      expect: { json: { player: "ada", points: 10 }, has: ["receipt"] },
    },
  ],
};

export default traffic;

import { ecsService } from "../../infra/definitions";

export default ecsService({
  name: "trivia-api",
  port: 8080,
  healthCheckPath: "/health",
  cpu: 256,
  memory: 512,
  uses: ["leaderboard"],
  hook: "hooks/after-allow-test-traffic.ts",
  objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 },
  expectedRate: 10,
});

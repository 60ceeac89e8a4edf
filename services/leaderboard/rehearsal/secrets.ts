/** Stand-ins for what is in Secrets Manager on AWS, for rehearsals only. */
const secrets: Record<string, string> = {
  "leaderboard/signing-key": "only-for-rehearsals",
};

export default secrets;

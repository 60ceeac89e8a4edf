import type { Log } from "./log";

/** Tells of a player's score. Returns at once, and never throws: an answer does not wait for it. */
export type Report = (player: string, points: number) => void;

/** Longer than the leaderboard takes when it is well. */
const TIMEOUT_MS = 500;
/** Reports on their way at once; a leaderboard that is slow must not fill this process. */
const MOST_UNDER_WAY = 20;

/**
 * Reports to the leaderboard at `url`; without one, to nobody. What cannot be reported is lost: the next answer of the
 * player reports the score again. That it is down is logged once, and that it is back.
 */
export function reportTo(url: string | undefined, log: Log, timeoutMs = TIMEOUT_MS): Report {
  if (url === undefined) return () => undefined;
  const target = new URL("/api/leaderboard/scores", url);
  let underWay = 0;
  let down = false;

  async function send(player: string, points: number): Promise<void> {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ player, points }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`status ${response.status}`);
  }

  return (player, points) => {
    if (underWay >= MOST_UNDER_WAY) return;
    underWay += 1;
    send(player, points)
      .then(
        () => {
          if (down) log("info", "the leaderboard is back");
          down = false;
        },
        (error: unknown) => {
          const { message, cause } = error as Error;
          const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
          if (!down) log("error", "the leaderboard cannot be told of scores", { error: why });
          down = true;
        },
      )
      .finally(() => (underWay -= 1));
  };
}

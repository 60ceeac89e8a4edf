/** Who plays, as the `player` cookie says. */
export interface Player {
  readonly id: string;
  readonly score: number;
}

/** Ids are letters, digits, `_` and `-`; the score, behind a dot, is a whole number. */
const PLAYER = /^(?<id>[\w-]{1,64})(?:\.(?<score>\d{1,9}))?$/;

/**
 * The returning player of a `Cookie` header: `player=<id>.<score>`, or the older `player=<id>`.
 * Undefined is a new player: no header, no such cookie, or one that cannot be read.
 */
export function playerFrom(cookieHeader: string | undefined): Player | undefined {
  const match = PLAYER.exec(cookieValue(cookieHeader ?? "", "player") ?? "");
  const { id, score } = match?.groups ?? {};
  if (id === undefined) return undefined;
  return { id, score: score === undefined ? legacyScore(id) : Number(score) };
}

/** The score of a player whose cookie is older than scores: registered players began with 10 points, guests with 0. */
export function legacyScore(id: string): number {
  return id.startsWith("guest-") ? 0 : 10;
}

function cookieValue(header: string, name: string): string | undefined {
  const prefix = `${name}=`;
  const cookies = header.split(";").map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
}

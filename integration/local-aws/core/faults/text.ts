const percent = /^(\d+(?:\.\d+)?) ?%$/;
const time = /^(\d+(?:\.\d+)?) (seconds?|minutes?|hours?)$/;
const inSeconds = { second: 1, minute: 60, hour: 3600 } as const;

/** `5%` as 0.05. @throws Error when it is no share of requests */
export function readShare(text: string): number {
  const value = Number(percent.exec(text)?.[1]);
  if (!(value > 0 && value <= 100)) {
    throw new Error(
      `"${text}" is not a share of the requests: write for example "5%", above 0% and up to 100%`,
    );
  }
  return value / 100;
}

/** `1 minute` as 60. @throws Error when it is no time */
export function readSeconds(text: string): number {
  const [, count, unit = ""] = time.exec(text) ?? [];
  const value = Number(count) * inSeconds[unit.replace(/s$/, "") as keyof typeof inSeconds];
  if (!(value > 0)) throw new Error(`"${text}" is not a time: write for example "30 seconds" or "2 minutes"`);
  return value;
}

/** What follows `words` in a text that begins with them; undefined when it does not. */
export function after(words: string, text: string): string | undefined {
  if (text.toLowerCase() === words.toLowerCase()) return "";
  return text.toLowerCase().startsWith(`${words.toLowerCase()} `) ? text.slice(words.length + 1) : undefined;
}

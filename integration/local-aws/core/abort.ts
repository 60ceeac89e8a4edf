/**
 * What comes of `work`, or the reason for which there is no need of it any more. The work itself goes on: whoever gave up
 * sees to what it brings.
 */
export async function unlessAborted<T>(work: Promise<T>, signal = new AbortController().signal): Promise<T> {
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { signal: ended.signal });
  });
  return Promise.race([aborted, work]).finally(() => ended.abort());
}

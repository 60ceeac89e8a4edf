/** Sends a message from a stack's process to the one that started it, and waits until it is out. */
export const say = (message: object): Promise<void> =>
  new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    process.send(message, undefined, {}, () => resolve());
  });

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

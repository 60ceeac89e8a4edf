/** For tests: a call that a fake AWS client got. */
export interface Call {
  command: string;
  input: Record<string, unknown>;
}

/** For tests: answers of an AWS client by command name, without `Command`. What is not there fails the call. */
export type Answers = Record<string, (input: never) => unknown>;

/**
 * For tests: something with the `send` of an AWS SDK client. It does not check inputs against AWS's models, nor does
 * it prove anything about permissions.
 */
export function fakeClient<Client>(answers: Answers, calls: Call[] = []): Client {
  const send = (command: { input: Record<string, unknown> }) => {
    const name = command.constructor.name.replace(/Command$/, "");
    calls.push({ command: name, input: command.input });
    const answer = answers[name];
    if (!answer) return Promise.reject(new Error(`the test expects no ${name}`));
    return Promise.resolve().then(() => answer(command.input as never));
  };
  return { send } as unknown as Client;
}

/** For tests: an error as the AWS SDK throws it. */
export function serviceError(name: string): Error {
  return Object.assign(new Error(`fake ${name}`), { name });
}

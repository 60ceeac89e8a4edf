import { type ClientClass, Session } from "./session";

/** A session of an account that is not there: notes the calls, and answers what the test says. */
export class FakeSession extends Session {
  /** Operation and input of each call, in order. */
  readonly calls: [operation: string, input: unknown][] = [];

  /** @param answers by operation; one without an answer gets `{}`, and an Error is thrown */
  constructor(
    private readonly answers: Record<string, object> = {},
    defaultTags: Record<string, string> = {},
  ) {
    super("http://127.0.0.1:1", "111111111111", "us-east-1", defaultTags);
  }

  override client<C extends { send: unknown; destroy(): void }>(_class: ClientClass<C>): C {
    const send = async (command: { input: unknown; constructor: { name: string } }) => {
      const operation = command.constructor.name.replace(/Command$/, "");
      // As it goes over the wire: without what is undefined.
      this.calls.push([operation, JSON.parse(JSON.stringify(command.input)) as unknown]);
      const answer = this.answers[operation] ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { send, destroy: () => undefined } as unknown as C;
  }
}

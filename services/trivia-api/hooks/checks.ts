/** A question that every version of the service has, with its right answer and a wrong one. */
const KNOWN = { id: 1, category: "science", right: "Jupiter", wrong: "Saturn" };

type Call = (path: string, body?: unknown) => Promise<unknown>;

const checks: Record<string, (call: Call) => Promise<void>> = {
  health: async (call) => {
    expect(await call("/health"), { status: "ok" });
  },
  "all questions": async (call) => {
    const all = (await call("/api/trivia/all")) as {
      categories?: { name?: unknown; questions?: unknown[] }[];
    };
    const categories = Array.isArray(all.categories) ? all.categories : [];
    if (!categories.some(({ name }) => name === KNOWN.category)) {
      throw new Error(`no category ${KNOWN.category} in ${excerpt(all)}`);
    }
    const empty = categories.find(({ questions }) => !Array.isArray(questions) || questions.length === 0);
    if (empty) throw new Error(`a category without questions: ${excerpt(empty)}`);
  },
  "one question": async (call) => {
    const question = (await call(`/api/trivia/question/${KNOWN.id}`)) as Record<string, unknown>;
    const { id, category, choices } = question;
    if (
      id !== KNOWN.id ||
      category !== KNOWN.category ||
      !Array.isArray(choices) ||
      !choices.includes(KNOWN.right)
    ) {
      throw new Error(`not question ${KNOWN.id}: ${excerpt(question)}`);
    }
    if ("answer" in question) throw new Error(`the question tells its answer: ${excerpt(question)}`);
  },
  "right answer": async (call) => {
    const answer = await call(`/api/trivia/question/${KNOWN.id}/answer`, { answer: KNOWN.right });
    expect(answer, { id: KNOWN.id, correct: true });
  },
  "wrong answer": async (call) => {
    const answer = await call(`/api/trivia/question/${KNOWN.id}/answer`, { answer: KNOWN.wrong });
    expect(answer, { id: KNOWN.id, correct: false });
  },
};

/**
 * Runs every check against the service, one after the other.
 * @param baseUrl - the service's address, such as `http://lb.example:8080`
 * @param requestMs - how long one request may take, its body included, in milliseconds
 * @param end - ends whatever still runs; the checks that it ends have failed
 * @returns one sentence for each check that failed; empty when the service is well
 */
export async function failedChecks(baseUrl: string, requestMs: number, end: AbortSignal): Promise<string[]> {
  const call: Call = async (path, body) => {
    const response = await fetch(new URL(path, baseUrl), {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
      signal: AbortSignal.any([AbortSignal.timeout(requestMs), end]),
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`${path} answered ${response.status}: ${text.slice(0, 200)}`);
    if (!response.headers.get("x-service-version"))
      throw new Error(`${path} answered without x-service-version`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`${path} answered something that is not JSON: ${text.slice(0, 200)}`);
    }
  };
  const failures: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(call);
    } catch (error) {
      failures.push(`${name}: ${reason(error)}`);
    }
  }
  return failures;
}

function expect(actual: unknown, expected: Record<string, unknown>): void {
  const fields = actual as Record<string, unknown> | null;
  if (Object.entries(expected).some(([key, value]) => fields?.[key] !== value)) {
    throw new Error(`expected ${JSON.stringify(expected)}, got ${excerpt(actual)}`);
  }
}

function excerpt(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}

/** `fetch` says only "fetch failed": why is in its error's cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message || String(cause)}` : message;
}

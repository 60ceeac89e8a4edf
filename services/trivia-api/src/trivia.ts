import { type Question, questions } from "./questions";

/** A question as a player sees it. */
export type PublicQuestion = Omit<Question, "answer">;

/** The questions of one category, without its name in each. */
export interface Category {
  readonly name: string;
  readonly questions: readonly Omit<PublicQuestion, "category">[];
}

const byId = new Map(questions.map((question) => [question.id, question]));

/** All categories in the order of their first question. */
export function categories(): Category[] {
  const names = [...new Set(questions.map(({ category }) => category))];
  return names.map((name) => ({
    name,
    questions: questions
      .filter(({ category }) => category === name)
      .map(({ id, question, choices }) => ({ id, question, choices })),
  }));
}

/** The question with this id, or undefined. */
export function publicQuestion(id: number): PublicQuestion | undefined {
  const found = byId.get(id);
  return found && { id, category: found.category, question: found.question, choices: found.choices };
}

/** Whether the answer is right, whatever its case and surrounding spaces; undefined for an unknown question. */
export function isCorrect(id: number, answer: string): boolean | undefined {
  const found = byId.get(id);
  return found && found.answer.toLowerCase() === answer.trim().toLowerCase();
}

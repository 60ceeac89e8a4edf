/** A question as the service knows it; `answer` is one of `choices` and is never sent to a player. */
export interface Question {
  readonly id: number;
  readonly category: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: string;
}

export const questions: readonly Question[] = [
  {
    id: 1,
    category: "science",
    question: "Which planet is the largest in the solar system?",
    choices: ["Saturn", "Jupiter", "Neptune", "Earth"],
    answer: "Jupiter",
  },
  {
    id: 2,
    category: "science",
    question: "Which element has the chemical symbol K?",
    choices: ["Krypton", "Calcium", "Potassium", "Phosphorus"],
    answer: "Potassium",
  },
  {
    id: 3,
    category: "geography",
    question: "Which river flows through Vienna, Budapest and Belgrade?",
    choices: ["Danube", "Rhine", "Elbe", "Vistula"],
    answer: "Danube",
  },
  {
    id: 4,
    category: "geography",
    question: "What is the capital of Australia?",
    choices: ["Sydney", "Melbourne", "Perth", "Canberra"],
    answer: "Canberra",
  },
  {
    id: 5,
    category: "computing",
    question: "In which year did the first version of Unix run?",
    choices: ["1964", "1969", "1975", "1983"],
    answer: "1969",
  },
  {
    id: 6,
    category: "computing",
    question: "Which port does HTTPS use by default?",
    choices: ["80", "8080", "443", "22"],
    answer: "443",
  },
];

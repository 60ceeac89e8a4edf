/** The first message to a stack's process. */
export interface Order<Task> {
  task: Task;
  /** JavaScript by the name of the TypeScript file that it is of. */
  code: Record<string, string>;
  /** Which of them runs the task: its export `run`. */
  child: string;
}

/** Something that went wrong, with the resource that it went wrong at, if any. */
export interface Failure {
  type?: string;
  name?: string;
  message: string;
  /** Where in the program; in the compiled JavaScript, lines and columns counted from 1. */
  at?: { file: string; line: number; column: number };
}

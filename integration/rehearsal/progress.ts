import pc from "picocolors";

/** What shows a rehearsal's progress to people, on stderr. */
export interface Progress {
  /** Something begins or happens. */
  step(text: string): void;
  /** Something came out well. */
  done(text: string): void;
  /** Something went wrong. */
  fail(text: string): void;
  /** From now on, a terminal's last line shows what `line` gives, ten times a second; elsewhere it is not shown. */
  status(line: () => string): void;
  /** Ends the status line. */
  close(): void;
}

interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const refreshMs = 100;
const clearLine = "\r\u001b[2K";

/** Plain lines; on a terminal with colours and a status line below them. Colours follow NO_COLOR and FORCE_COLOR. */
export function progressOn(screen: Screen = process.stderr): Progress {
  const live = screen.isTTY === true;
  const color = pc.createColors(live ? undefined : false);
  const begun = process.hrtime.bigint();
  let line: (() => string) | undefined;
  let shown = false;
  let timer: NodeJS.Timeout | undefined;

  const wipe = () => {
    if (shown) screen.write(clearLine);
    shown = false;
  };
  const draw = () => {
    if (!line) return;
    const text = fit(line().replace(/[\r\n]+/g, " "), (screen.columns ?? 80) - 1);
    screen.write(clearLine + color.dim(text));
    shown = true;
  };
  const say = (mark: string, text: string) => {
    wipe();
    const seconds = (Number(process.hrtime.bigint() - begun) / 1e9).toFixed(1).padStart(6);
    const [first = "", ...rest] = text.split("\n");
    const more = rest.map((one) => `\n           ${one}`).join("");
    screen.write(`${color.dim(`${seconds}s`)} ${mark} ${first}${more}\n`);
    if (live) draw();
  };

  return {
    step: (text) => say(color.dim("·"), text),
    done: (text) => say(color.green("✓"), text),
    fail: (text) => say(color.red("✗"), color.red(text)),
    status(next) {
      line = next;
      if (!live || timer) return;
      draw();
      timer = setInterval(draw, refreshMs);
      timer.unref();
    },
    close() {
      clearInterval(timer);
      timer = undefined;
      line = undefined;
      wipe();
    },
  };
}

const fit = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

interface Field {
  least: number;
  most: number;
  /** The widest step after a slash. */
  step: number;
  /** Of `least` and what follows. */
  names?: readonly string[];
}

/** The values that a field stands for, such as `5,35` or `11-23/2`; nothing when it is not valid. */
export function values(text: string, field: Field): ReadonlySet<number> | undefined {
  const { least, most, step: widest } = field;
  const found = new Set<number>();
  for (const item of text.split(",")) {
    const [, first = "", last, by] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (!first || (first === "*" && last !== undefined)) return undefined;
    const from = first === "*" ? least : numberOf(first, field);
    // A step without an end goes on to the end.
    const to = last !== undefined ? numberOf(last, field) : first === "*" || by !== undefined ? most : from;
    const step = by === undefined ? 1 : Number(by);
    if (from === undefined || to === undefined) return undefined;
    if (by !== undefined && (step < 1 || step > widest)) return undefined;
    // 22-2 goes over the end.
    const size = most - least + 1;
    const count = to - from + (to < from ? size : 0) + 1;
    for (let i = 0; i < count; i += step) found.add(least + ((from - least + i) % size));
  }
  return found;
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return least + named;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/** Whether a day, at its midnight in UTC, is meant. */
type IsDay = (day: Date) => boolean;

const lastOfMonth = (day: Date) =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

/** `1-31`, `L` (the last day), `3W` (the weekday nearest to the third, of the same month). */
export function dayOfMonth(text: string): IsDay | undefined {
  if (text === "L") return (day) => day.getUTCDate() === lastOfMonth(day);
  const near = /^(\d+)W$/.exec(text)?.[1];
  const dates = values(near ?? text, { least: 1, most: 31, step: 31 });
  if (!dates) return undefined;
  if (!near) return (day) => dates.has(day.getUTCDate());
  return (day) => day.getUTCDate() === nearestWeekday(day, Number(near));
}

function nearestWeekday(day: Date, date: number): number | undefined {
  const last = lastOfMonth(day);
  if (date > last) return undefined;
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), date)).getUTCDay();
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === last ? date - 2 : date + 1;
  return date;
}

const week: Field = {
  least: 1,
  most: 7,
  // The documentation has no slash for this field.
  step: 0,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

/** `MON-FRI`, `L` (the last day of the week), `6L` (the last Friday of the month), `3#2` (its second Tuesday). */
export function dayOfWeek(text: string): IsDay | undefined {
  if (text === "L") return (day) => day.getUTCDay() === 6;
  const [, weekday = "", last, nth] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(text) ?? [];
  const days = values(weekday || text, week);
  if (!days) return undefined;
  return (day) => {
    const date = day.getUTCDate();
    return (
      days.has(day.getUTCDay() + 1) &&
      (!last || date + 7 > lastOfMonth(day)) &&
      (!nth || Math.ceil(date / 7) === Number(nth))
    );
  };
}

// Instants and durations for people. The world's time is UTC, and so is all that is shown.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const STEPS = [["d", 86400e3], ["h", 3600e3], ["min", 60e3], ["s", 1e3]];
const DURATION = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

const two = (number) => String(number).padStart(2, "0");

/** 24 Nov 2026, 10:38:24 */
export function instant(milliseconds) {
  const date = new Date(milliseconds);
  return `${day(date)}, ${time(date)}:${two(date.getUTCSeconds())}`;
}

/** Tue */
export const weekday = (milliseconds) => DAYS[new Date(milliseconds).getUTCDay()];

/** 24 Nov, 10:38; the year where it is another one than that of `now`. */
export function brief(text, now) {
  if (text === null) return "–";
  const date = new Date(text);
  const year = date.getUTCFullYear() === new Date(now).getUTCFullYear() ? "" : ` ${date.getUTCFullYear()}`;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${year}, ${time(date)}`;
}

/** 10:38:24.120 */
export function precise(text) {
  const date = new Date(text);
  return `${time(date)}:${two(date.getUTCSeconds())}.${String(date.getUTCMilliseconds()).padStart(3, "0")}`;
}

/** 3 h 20 min: at most the two largest parts of a duration. */
export function span(milliseconds) {
  let rest = Math.max(0, Math.round(milliseconds / 1000) * 1000);
  const parts = [];
  for (const [name, size] of STEPS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

/** The instant of an RFC 3339 text, or of a signed ISO 8601 duration from `epoch`, in milliseconds; null for null. */
export function resolve(text, epoch) {
  if (text === null || text === undefined) return null;
  const match = DURATION.exec(text);
  if (!match) return Date.parse(text);
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
  const length = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60e3 + seconds * 1e3;
  // An export counts in microseconds and `epoch` in milliseconds; whole seconds are right in either.
  return Math.round((epoch + (match[1] === "-" ? -length : length)) / 1000) * 1000;
}

/** RFC 3339 in whole seconds, as the API takes it. */
export const wire = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");

/** Next Monday at nine, seen from an instant. */
export function nextMonday(milliseconds) {
  const date = new Date(milliseconds);
  const days = ((8 - date.getUTCDay()) % 7) || 7;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + days, 9);
}

/** A number of milliseconds that a request took. */
export const took = (milliseconds) => (milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds).toString()) + " ms";

function day(date) {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function time(date) {
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

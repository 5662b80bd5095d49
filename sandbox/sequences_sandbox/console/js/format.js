// Times and durations for people. The world's time is UTC, and so is all that is shown, in 24 hours.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const STEPS = [["d", 86400e3], ["h", 3600e3], ["min", 60e3], ["s", 1e3]];
const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";

const two = (number) => String(number).padStart(2, "0");

/** Mon */
export const weekday = (milliseconds) => DAYS[new Date(milliseconds).getUTCDay()];

/** 24 Nov 2026, 10:38:24 */
export function timestamp(milliseconds) {
  const date = new Date(milliseconds);
  return `${day(date)}, ${clock(date)}:${two(date.getUTCSeconds())}`;
}

/** Mon 24 Nov, 10:38; the year where it is another one than that of `now`. */
export const brief = (milliseconds, now) => `${dayIn(milliseconds, now)}, ${clock(new Date(milliseconds))}`;

/** Mon 24 Nov; the year where it is another one than that of `now`. */
export function dayIn(milliseconds, now) {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear() === new Date(now).getUTCFullYear() ? "" : ` ${date.getUTCFullYear()}`;
  return `${weekday(milliseconds)} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${year}`;
}

/** Mon 24 Nov 2026 */
export const dayOf = (milliseconds) => `${weekday(milliseconds)} ${day(new Date(milliseconds))}`;

/** 10:38:24 */
export function timeOf(milliseconds) {
  const date = new Date(milliseconds);
  return `${clock(date)}:${two(date.getUTCSeconds())}`;
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

/** RFC 3339 in whole seconds, as the API takes it. */
export const wire = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");

/** Next Monday at nine, seen from a time. */
export function nextMonday(milliseconds) {
  const date = new Date(milliseconds);
  const days = ((8 - date.getUTCDay()) % 7) || 7;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + days, 9);
}

/** The machine's time at which a request came, in milliseconds: its id begins with it. */
export function receivedAt(requestId) {
  const [, digits] = /^req_([0-9a-z]{10})/i.exec(requestId) ?? [];
  return [...(digits ?? "")].reduce((sum, digit) => sum * 32 + CROCKFORD.indexOf(digit.toLowerCase()), 0);
}

/** How long the sandbox took for a request. */
export const onServer = (milliseconds) => `${took(milliseconds)} on the server`;

/** How long a request and its response took together, as this browser measured. */
export const roundTrip = (milliseconds) => `${took(milliseconds)} round trip`;

/** A number of milliseconds that something took. */
export const took = (milliseconds) => (milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds).toString()) + " ms";

/** 1 run, 2 runs */
export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/** The first part of an id. */
export const shortId = (id) => id.slice(0, 8);

function day(date) {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function clock(date) {
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

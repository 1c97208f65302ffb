// Instants as a person reads them in their own zone, which is the one of their Slack profile and not the browser's.

/** Parts of an instant in a zone, in English with a 24-hour clock, as Slack writes them. */
export function inZone(at, zone, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone || "UTC", hourCycle: "h23", ...options }).format(new Date(at));
}

/** 16:40. */
export function clock(at, zone) {
  return inZone(at, zone, { hour: "2-digit", minute: "2-digit" });
}

/** 16:40:03. */
export function clockWithSeconds(at, zone) {
  return inZone(at, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** The day an instant falls on in a zone, as a number that ascends by one a day. */
export function dayOf(at, zone) {
  const [month, day, year] = inZone(at, zone, { year: "numeric", month: "numeric", day: "numeric" }).split("/").map(Number);
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

function near(at, now, zone) {
  return { "0": "today", "1": "tomorrow", "-1": "yesterday" }[dayOf(at, zone) - dayOf(now, zone)];
}

/** "Today", or "Friday, November 27". */
export function dayName(at, now, zone) {
  const soon = near(at, now, zone);
  if (soon) return soon[0].toUpperCase() + soon.slice(1);
  return inZone(at, zone, { weekday: "long", month: "long", day: "numeric" });
}

/** A date token's words. A format that is not known stands as it is; without one there is the fallback. */
export function dateWords(at, { zone, now }, format, fallback = "") {
  const as = (options) => inZone(at, zone, options);
  const short = { year: "numeric", month: "short", day: "numeric" };
  const long = { ...short, month: "long" };
  const full = { ...long, weekday: "long" };
  const soon = near(at, now, zone);
  const words = {
    date_short_pretty: soon ?? as(short), date_pretty: soon ?? as(long), date_long_pretty: soon ?? as(full),
    date_short: as(short), date: as(long), date_long: as(full),
    date_num: new Date(dayOf(at, zone) * 86_400_000).toISOString().slice(0, 10),
    time: clock(at, zone), time_secs: clockWithSeconds(at, zone),
  };
  return (format || fallback).replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);
}

/** "1 h 55 min", for people who wait; rounded up, so that it never says 0. */
export function lengthOf(secs) {
  const minutes = Math.ceil(secs / 60);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

// How long something lasted, in words.

const minuteMs = 60_000;

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** In whole minutes, from two hours on in hours, from two days on in days. */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / minuteMs);
  if (minutes < 120) return count(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? count(hours, 'hour') : count(Math.round(hours / 24), 'day');
}

/** E.g. `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export function briefly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

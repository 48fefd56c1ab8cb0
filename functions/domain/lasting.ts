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

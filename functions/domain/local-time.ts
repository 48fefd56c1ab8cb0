// The day of the week and the time of day somewhere.

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `weekday` 0 is Sunday; `time` is HH:MM. */
export type LocalMoment = { readonly weekday: number; readonly time: string };

/** `timezone` is an IANA name. */
export function localMoment(at: number, timezone: string): LocalMoment {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return {
    weekday: days.findIndex((day) => day === part('weekday')),
    time: `${part('hour')}:${part('minute')}`,
  };
}

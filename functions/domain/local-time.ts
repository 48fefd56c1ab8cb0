// The day of the week and the time of day somewhere.

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `weekday` 0 is Sunday; `time` is HH:MM. */
export type LocalMoment = { readonly weekday: number; readonly time: string };

// Making one takes far longer than using it.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timezone, format);
  return format;
}

/** `timezone` is an IANA name. */
export function localMoment(at: number, timezone: string): LocalMoment {
  const parts = formatOf(timezone).formatToParts(at);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return {
    weekday: days.findIndex((day) => day === part('weekday')),
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** Minutes since midnight of HH:MM. */
export function minuteOfDay(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

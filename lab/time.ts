// Times as the lab writes them.

/** `HH:MM:SS` of the UTC day. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** Time since the lab began, `T+MM:SS`. */
export function labTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `T+${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** `44 s`, or from two minutes on `4 min 05 s`. */
export function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

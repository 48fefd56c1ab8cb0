// Keeps secrets and full addresses out of what is written down.

const url = /\b([a-z][a-z0-9+.-]*):\/\/(?:[^\s/?#@"']*@)?([^\s/?#"']+)[^\s"']*/gi;
const bearer = /\b(bearer|basic)\s+[A-Za-z0-9+/=_.~-]{6,}/gi;

/** Cuts URLs down to scheme and host, and hides credentials in headers. */
export function redactText(text: string): string {
  return text.replace(url, '$1://$2/…').replace(bearer, '$1 …');
}

const secretName = /secret|token|password|authorization|cookie|api-?key|signature/i;
const deepest = 6;

/** The same for every string in a plain value; fields whose name says that they are secret are hidden whole. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretName.test(name) && typeof field !== 'boolean' ? '…' : redactValue(field, depth + 1),
    ]),
  );
}

function redactError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: redactText(error.message),
    ...('code' in error ? { code: error.code } : {}),
    ...('meta' in error ? { meta: redactValue(error.meta, depth + 1) } : {}),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
    stack: error.stack === undefined ? undefined : redactText(error.stack),
  };
}

// Cloud Logging's language as far as our filters use it: terms joined by AND, with =, =~, >=, lists of OR, and NOT before a term.
// https://docs.cloud.google.com/logging/docs/view/logging-query-language

/** An entry as Cloud Logging has it. */
export type LogEntry = Readonly<Record<string, unknown>>;

const severities = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
];

/** What is between the words, but not within quotes or brackets. */
function split(text: string, between: string): string[] {
  const parts: string[] = [];
  let [depth, isQuoted, from] = [0, false, 0];
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '"' && text[index - 1] !== '\\') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth === 0 && text.startsWith(between, index)) {
      parts.push(text.slice(from, index));
      from = index + between.length;
    }
  }
  return [...parts, text.slice(from)];
}

function literal(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  if (/^[A-Z]+$/.test(text)) return text;
  throw new Error(`not understood in a filter: ${text}`);
}

/** By its path; null for what is not there. */
export function valueAt(entry: LogEntry, path: string): unknown {
  let value: unknown = entry;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

function isTerm(entry: LogEntry, term: string): boolean {
  if (term.startsWith('NOT ')) return !isTerm(entry, term.slice('NOT '.length));
  const [, path = '', operator = '', wanted = ''] = /^([\w.]+)(=~|>=|=)(.+)$/.exec(term) ?? [];
  const value = valueAt(entry, path);
  switch (operator) {
    case '=': {
      const list = /^\((.*)\)$/.exec(wanted)?.[1];
      const all = (list === undefined ? [wanted] : split(list, ' OR ')).map(literal);
      // Cloud Logging compares without regard to case.
      return typeof value === 'string' && all.some((each) => each.toLowerCase() === value.toLowerCase());
    }
    case '=~':
      return typeof value === 'string' && new RegExp(literal(wanted)).test(value);
    case '>=':
      return typeof value === 'string' && severities.indexOf(value) >= severities.indexOf(literal(wanted));
    default:
      throw new Error(`not understood in a filter: ${term}`);
  }
}

/** Throws for what is not understood: such a filter would prove nothing. */
export const isMatch = (entry: LogEntry, filter: string): boolean =>
  split(filter, ' AND ')
    .map((term) => isTerm(entry, term))
    .every(Boolean);

// Turns what zod found into sentences; no value is repeated unless it is a word of a closed set, so that no secret is.
import { z } from 'zod';
import type { Path } from './problem.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping (name: value)',
  record: 'a mapping (name: value)',
  array: 'a list',
};

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  const kind = typeof value === 'object' ? 'object' : typeof value;
  return kinds[kind] ?? kind;
}

function isMissing(issue: z.core.$ZodRawIssue): boolean {
  return issue.input === undefined;
}

const plural = (count: number | bigint, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

function bound(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall>): string {
  const isTooBig = issue.code === 'too_big';
  const limit = isTooBig ? issue.maximum : issue.minimum;
  const atLeast = isTooBig ? 'at most' : 'at least';
  const { input } = issue;
  if (Array.isArray(input)) {
    return input.length === 0
      ? 'is empty; write at least one entry'
      : `has ${plural(input.length, 'entry').replace('entrys', 'entries')}; ${atLeast} ${limit} may be here`;
  }
  if (typeof input === 'string') {
    return input === ''
      ? 'is empty; write some text'
      : `has ${input.length} characters; ${atLeast} ${limit} may be here`;
  }
  return `is ${isTooBig ? 'too large' : 'too small'}; it must be ${atLeast} ${limit}`;
}

/** What may stand in a mapping with fields of its own, or with keys of a closed set. */
function knownKeys(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum) {
    return schema.keyType.options.map(String);
  }
  return [];
}

const word = /^[\w.-]{1,20}$/;
const quote = (value: unknown): string =>
  typeof value === 'string' && word.test(value) ? `"${value}"` : kindOf(value);

function choice(options: readonly unknown[], input: unknown): string {
  const list = options.map(String).join(', ');
  return `is ${quote(input)}; write ${options.length === 1 ? list : `one of ${list}`}`;
}

/** The message of an issue whose schema has none of its own; undefined leaves it to zod. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = kinds[issue.expected] ?? issue.expected;
      return isMissing(issue)
        ? `is missing; it must be ${expected}`
        : `is ${kindOf(issue.input)}; it must be ${expected}`;
    }
    case 'unrecognized_keys': {
      return `is not known; known here: ${knownKeys(issue.inst).join(', ')}`;
    }
    case 'invalid_value':
      return isMissing(issue)
        ? `is missing; write one of ${issue.values.map(String).join(', ')}`
        : choice(issue.values, issue.input);
    case 'invalid_union':
      return unionMessage(issue);
    case 'too_big':
    case 'too_small':
      return bound(issue);
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
      return undefined;
  }
}

// A union that is told apart by one field: which words that field may have.
function unionMessage(issue: z.core.$ZodRawIssue): string | undefined {
  const { inst } = issue;
  if (!(inst instanceof z.ZodDiscriminatedUnion)) return undefined;
  const { discriminator } = inst.def;
  const options = inst.options.flatMap((option) => [...(option._zod.propValues?.[discriminator] ?? [])]);
  const given = issue.input;
  if (typeof given !== 'object' || given === null)
    return `is ${kindOf(given)}; it must be a mapping (name: value)`;
  const field: unknown = Object.getOwnPropertyDescriptor(given, discriminator)?.value;
  return field === undefined
    ? `is missing; write one of ${options.map(String).join(', ')}`
    : choice(options, field);
}

/** The places and messages of an issue: one for each key that is not known, else one. */
export function findingsOf(issue: z.core.$ZodIssue): { readonly path: Path; readonly message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: issue.message }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message }];
  }
  return [{ path: issue.path, message: issue.message }];
}

// The one error class of the product: thrown for bugs and broken surroundings, never for an expected outcome.

/** Closed set of codes; docs/errors.md says of each what happened and what to do. */
export const errorCodes = [
  'ERR_CONFIG',
  'ERR_SECRET',
  'ERR_DOCUMENT',
  'ERR_DOCUMENT_NEWER',
  'ERR_STORE',
  'ERR_CONFLICT',
  'ERR_REQUEST',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Carries a code to match on and a small `meta` that is safe to log: no secret and no full URL may enter it. */
export class WatchdogError extends Error {
  readonly code: ErrorCode;
  readonly meta: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly meta?: Readonly<Record<string, string | number | boolean>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WatchdogError';
    this.code = code;
    this.meta = options.meta ?? {};
  }
}

/** One line about anything that was thrown, without a stack. */
export function describeError(error: unknown): string {
  if (error instanceof WatchdogError) return `${error.code}: ${error.message}`;
  if (error instanceof Error) return error.message;
  return String(error);
}

/** The `code` of what was thrown, as Node, OpenSSL and undici give one; an empty string where there is none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** A code that may be told: codes hold no names. What looks like none of Node, OpenSSL or a library is not passed on. */
export const shortCodeOf = (code: string): string => (/^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'UNKNOWN');

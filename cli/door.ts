// The door of one of our own functions: its address and token, looked at before anybody is asked.
import { isThisMachine } from '../functions/kit/http-post.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './terminal.ts';

/** `code` is what the command ends with: 2 when the user can put it right by calling it otherwise. */
export type Refused = { readonly ok: false; readonly message: string; readonly code: ExitCode };

export const wrong = (message: string): Refused => ({ ok: false, message, code: 2 });
export const broken = (message: string): Refused => ({ ok: false, message, code: 1 });

/** Says what is wrong, and gives the code that the command ends with. */
export function complain({ message, code }: Refused, { terminal }: Context): ExitCode {
  terminal.complain(message);
  return code;
}

/** Which function is asked, and how its address and token are given. */
export type Door = {
  /** The name of the function. */
  readonly name: 'status' | 'ack';
  readonly urlVariable: string;
  readonly tokenVariable: string;
  /** Absent when there is no such option. */
  readonly options?: { readonly url: string; readonly tokenEnv: string };
};

export type Target = { readonly url: URL; readonly token: string | null };

function tokenFrom(name: string, isNamed: boolean, context: Context): string | null | Refused {
  const token = context.variables[name]?.trim();
  if (token === undefined || token === '') {
    return isNamed ? wrong(`the environment variable ${name} is not set; put the token into it`) : null;
  }
  return /^[\x21-\x7e]+$/.test(token)
    ? token
    : wrong(
        `the environment variable ${name} holds no token: it has spaces or other characters that a token cannot have`,
      );
}

function addressFrom(text: string | undefined, door: Door): URL | Refused {
  if (text === undefined || text === '') {
    const option = door.options === undefined ? '' : ` with ${door.options.url}, or`;
    return wrong(
      `where is the watchdog? Give the address of its function ${door.name}${option} in the environment variable ${door.urlVariable}`,
    );
  }
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return wrong(
      `the address of the ${door.name} is no http or https URL; write it like https://${door.name}.example/`,
    );
  }
  const remedy = door.options?.tokenEnv ?? door.tokenVariable;
  return url.username === '' && url.password === ''
    ? url
    : wrong(`the address of the ${door.name} holds a password; take it out and use ${remedy}`);
}

/** Where to ask and with which token; a token never goes over the network in plain text. */
export function targetOf(
  door: Door,
  given: { readonly url?: string; readonly tokenEnv?: string },
  context: Context,
): { readonly ok: true; readonly target: Target } | Refused {
  const url = addressFrom(given.url ?? context.variables[door.urlVariable], door);
  if (!(url instanceof URL)) return url;
  const token = tokenFrom(given.tokenEnv ?? door.tokenVariable, given.tokenEnv !== undefined, context);
  if (token !== null && typeof token !== 'string') return token;
  if (token !== null && url.protocol === 'http:' && !isThisMachine(url)) {
    return wrong(
      'the token would cross the network in plain text; use https, or unset its environment variable',
    );
  }
  return { ok: true, target: { url, token } };
}

/** The address with `path` (begins with a slash) after its own; what its own query says stays. */
export function urlAt(base: URL, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

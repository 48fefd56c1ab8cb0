// Where the values of a `secrets set` come from: made, from the environment, from a file, through a pipe, or typed.
import { readFileSync } from 'node:fs';
import { codeOf } from '../../functions/kit/error.ts';
import type { Context } from '../context.ts';
import { newSigningKey, randomToken } from './make-secret.ts';
import type { Need } from './missing.ts';
import type { SecretInput } from './secret-input.ts';
import { readSecretsText } from './secrets-text.ts';

export type SetOptions = {
  readonly file?: string;
  readonly fromEnv?: true;
  readonly random?: true;
  readonly generate?: 'ed25519';
  readonly replace?: true;
  readonly show?: true;
  readonly json?: true;
  readonly outputs?: string;
};

export type Gathered =
  | {
      readonly ok: true;
      readonly values: ReadonlyMap<string, string>;
      /** Names that stand in the file and that nobody needs. */
      readonly unneeded: readonly string[];
      /** Of a key that was made. */
      readonly publicKey: string | null;
    }
  | { readonly ok: false; readonly message: string };

const no = (message: string): Gathered => ({ ok: false, message });
const these = (
  values: ReadonlyMap<string, string>,
  more: { readonly unneeded?: readonly string[]; readonly publicKey?: string } = {},
): Gathered => ({ ok: true, values, unneeded: more.unneeded ?? [], publicKey: more.publicKey ?? null });

type Asked = {
  readonly needs: readonly Need[];
  readonly name: string | null;
  /** Names whose values nobody else gives out. */
  readonly own: readonly string[];
};

/** One line break at its end belongs to the file or the `echo`, not to the secret. */
const withoutBreak = (text: string): string => text.replace(/\r?\n$/, '');

function ofText(text: string, where: string, { needs, name }: Asked): Gathered {
  const read = readSecretsText(text, where);
  if (!read.ok) return read;
  if (name !== null) {
    const value = read.values.get(name);
    return value === undefined ? no(`${where} has no ${name}`) : these(new Map([[name, value]]));
  }
  const known = new Set(needs.map((need) => need.name));
  const values = new Map([...read.values].filter(([each]) => known.has(each)));
  return these(values, { unneeded: [...read.values.keys()].filter((each) => !known.has(each)) });
}

async function ofFile(path: string, asked: Asked, input: SecretInput): Promise<Gathered> {
  if (path === '-') {
    const text = await input.piped();
    return text === null ? no('what comes through the pipe is too long') : ofText(text, 'the input', asked);
  }
  try {
    return ofText(readFileSync(path, 'utf8'), path, asked);
  } catch (error) {
    const code = codeOf(error) || 'unknown';
    return no(`${path} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`);
  }
}

function ofEnvironment({ needs, name }: Asked, variables: Context['variables']): Gathered {
  const names = name === null ? needs.map((need) => need.name) : [name];
  const values = new Map(
    names.flatMap((each) => {
      const value = variables[each];
      return value === undefined || value === '' ? [] : [[each, withoutBreak(value)] as const];
    }),
  );
  return values.size === 0
    ? no(`none of these is set in the environment: ${names.join(', ')}`)
    : these(values);
}

async function typedFor(names: readonly string[], input: SecretInput): Promise<Gathered> {
  const values = new Map<string, string>();
  for (const name of names) {
    const question = `${name} (not shown${names.length > 1 ? '; empty leaves it out' : ''}): `;
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    const value = await input.hidden(question);
    if (value === null) return no('broken off; nothing was set');
    if (value !== '') values.set(name, value);
  }
  return values.size === 0 ? no('nothing was typed; nothing was set') : these(values);
}

const waysOut =
  'give --file FILE (or --file - for a pipe) or --from-env, or run it in a terminal to type them';

async function byHand({ needs, name }: Asked, input: SecretInput): Promise<Gathered> {
  if (name === null) {
    if (!input.isTerminal) return no(`which secrets? ${waysOut}`);
    const missing = needs.filter((need) => need.missing.length > 0).map((need) => need.name);
    return missing.length === 0
      ? no('every secret is set; to give one another value, name it')
      : typedFor(missing, input);
  }
  if (input.isTerminal) return typedFor([name], input);
  const text = await input.piped();
  if (text === null) return no('what comes through the pipe is too long for a secret');
  const value = withoutBreak(text);
  return value === '' ? no(`nothing came through the pipe for ${name}`) : these(new Map([[name, value]]));
}

function random({ needs, name, own }: Asked): Gathered {
  if (name !== null) return these(new Map([[name, randomToken()]]));
  const missing = needs.filter((need) => need.missing.length > 0 && own.includes(need.name));
  return missing.length === 0
    ? no('every token that could be made is set; to give one another value, name it and add --replace')
    : these(new Map(missing.map((need) => [need.name, randomToken()])));
}

/** Values are in memory and nowhere else. */
export async function gatherValues(
  options: SetOptions,
  asked: Asked,
  { variables, input }: Pick<Context, 'variables'> & { readonly input: SecretInput },
): Promise<Gathered> {
  const { name } = asked;
  const ways = [options.file, options.fromEnv, options.random, options.generate].filter(
    (way) => way !== undefined,
  );
  if (ways.length > 1) return no('--file, --from-env, --random and --generate exclude each other');
  const isMade = options.random === true || options.generate !== undefined;
  if (name === null && (options.generate !== undefined || (isMade && options.replace === true))) {
    return no('which secret is to be made? Name it');
  }
  if (options.show === true && !isMade) return no('--show is for what --random makes');
  if (options.random === true) return random(asked);
  if (name !== null && options.generate !== undefined) {
    const { pem, publicKey } = newSigningKey();
    return these(new Map([[name, pem]]), { publicKey });
  }
  if (options.fromEnv === true) return ofEnvironment(asked, variables);
  if (options.file !== undefined) return ofFile(options.file, asked, input);
  return byHand(asked, input);
}

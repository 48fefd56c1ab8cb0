// Reads a configuration for a command: under the name that the user typed, with all problems kept apart.
import { readFileSync, statSync } from 'node:fs';
import { formatProblems, parseConfig, type Config, type Parsed } from '../functions/config/config.ts';
import { codeOf } from '../functions/kit/error.ts';
import type { Terminal } from './terminal.ts';

const mostBytes = 1_000_000;

function refused(message: string): Parsed {
  return { ok: false, problems: [{ path: '', message }] };
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the name, or begin with a copy of a file in examples/',
  EACCES: 'may not be read by you; check who owns it',
  EISDIR: 'is a folder; name the file in it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text; save it as UTF-8',
};

/** `allow`: networks whose addresses may be written out in the file although they are not public. */
export function readConfig(path: string, allow: readonly string[] = []): Parsed {
  try {
    if (statSync(path).size > mostBytes)
      return refused(`is over ${mostBytes} bytes; that is no configuration`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return parseConfig(text, { allow });
  } catch (error) {
    const code = codeOf(error) || 'unknown';
    return refused(hints[code] ?? `cannot be read (${code})`);
  }
}

/** The configuration, or null after all its problems were shown. */
export function configOrComplain(
  path: string,
  terminal: Terminal,
  allow: readonly string[] = [],
): Config | null {
  const parsed = readConfig(path, allow);
  if (parsed.ok) return parsed.config;
  for (const line of formatProblems(parsed.problems, path).split('\n')) terminal.complain(line);
  return null;
}

// Reads a configuration for a command: under the name that the user typed, with all problems kept apart.
import { formatProblems, parseConfig, type Config, type Parsed } from '../functions/config/config.ts';
import { readText, type TextOfFile } from '../functions/config/read-text.ts';
import type { Terminal } from './terminal.ts';

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the name, or begin with a copy of a file in examples/',
  EACCES: 'may not be read by you; check who owns it',
  EISDIR: 'is a folder; name the file in it',
};

/** What goes behind the name of a file that cannot be read. */
export const unreadable = (file: Extract<TextOfFile, { readonly ok: false }>): string =>
  hints[file.code] ?? file.message;

/** `allow`: networks whose addresses may be written out in the file although they are not public. */
export function readConfig(path: string, allow: readonly string[] = []): Parsed {
  const file = readText(path);
  if (file.ok) return parseConfig(file.text, { allow });
  return { ok: false, problems: [{ path: '', message: unreadable(file) }] };
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

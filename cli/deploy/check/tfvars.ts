// What an operator wrote into terraform.tfvars, as far as it is written plainly: texts, numbers, true, false, null and lists of texts. The rest is Terraform's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../../functions/kit/error.ts';

export type Value = string | number | boolean | null | readonly string[];

export type Tfvars = {
  readonly values: ReadonlyMap<string, Value>;
  /** Names that are set to something that is not read here. */
  readonly unread: readonly string[];
  readonly text: string;
};

const assignment = /^([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*(.*)$/;
const quoted = /"((?:[^"\\$%]|\\.)*)"/g;

const withoutComment = (line: string): string =>
  line.replace(/^((?:[^"#/]|"(?:[^"\\]|\\.)*"|\/(?!\/))*)(#|\/\/).*$/, '$1').trim();

function valueOf(text: string): Value | undefined {
  if (/^"(?:[^"\\$%]|\\.)*"$/.test(text)) return text.slice(1, -1);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (/^\[\s*(?:"(?:[^"\\$%]|\\.)*"\s*,?\s*)*\]$/.test(text)) {
    return [...text.matchAll(quoted)].map(([, inner = '']) => inner);
  }
  return undefined;
}

const opened = (text: string): number =>
  (text.match(/[[{(]/g)?.length ?? 0) - (text.match(/[\]})]/g)?.length ?? 0);

export function parseTfvars(text: string): Tfvars {
  const values = new Map<string, Value>();
  const unread: string[] = [];
  const lines = text.split(/\r?\n/).map(withoutComment);
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, first = ''] = assignment.exec(lines[index] ?? '') ?? [];
    if (name === undefined) continue;
    let whole = first;
    // Brackets within texts are nothing that an operator writes here.
    while (opened(whole) > 0 && index + 1 < lines.length) {
      index += 1;
      whole += ` ${lines[index] ?? ''}`;
    }
    const value = valueOf(whole.trim());
    if (value === undefined) unread.push(name);
    else values.set(name, value);
  }
  return { values, unread, text };
}

/** Null when there is none. A file that cannot be read is a sentence. */
export function readTfvars(folder: string): Tfvars | null | string {
  const path = join(folder, 'terraform.tfvars');
  try {
    return parseTfvars(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = codeOf(error) || 'unknown';
    return code === 'ENOENT' ? null : `${path} cannot be read (${code})`;
  }
}

// A file of secrets, one `NAME=value` a line; what is not understood is refused, and no message holds a value.

export type ReadSecrets =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly message: string };

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s;

/** The text after the name, when it begins with a quote: up to the same quote, over as many lines as it takes. */
function quotedFrom(rest: string, following: readonly string[]): { value: string; used: number } | null {
  const quote = rest[0] ?? '';
  const text = [rest.slice(1), ...following].join('\n');
  const end = text.indexOf(quote);
  if (end === -1) return null;
  const after = text.slice(end + 1).split('\n')[0] ?? '';
  if (!/^\s*(#.*)?$/.test(after)) return null;
  const value = text.slice(0, end);
  return { value, used: value.split('\n').length - 1 };
}

/**
 * Lines are empty, comments that begin with `#`, or `NAME=value`. A value in quotes of either kind may go over several lines; nothing in it is
 * replaced. Without quotes it ends with the line, and spaces around it are dropped.
 */
export function readSecretsText(text: string, where: string): ReadSecrets {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const values = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 1) {
    const line = (lines[index] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const at = `${where}:${index + 1}`;
    const [, name, rest = ''] = assignment.exec(line) ?? [];
    if (name === undefined) return { ok: false, message: `${at}: is no NAME=value; write one a line` };
    if (values.has(name)) return { ok: false, message: `${at}: ${name} stands there twice; keep one` };
    if (rest.startsWith('"') || rest.startsWith("'")) {
      const quoted = quotedFrom(rest, lines.slice(index + 1));
      if (quoted === null) {
        return {
          ok: false,
          message: `${at}: the value of ${name} begins with a quote and does not end with it`,
        };
      }
      values.set(name, quoted.value);
      index += quoted.used;
    } else values.set(name, rest);
  }
  return { ok: true, values };
}

// What is wrong with a configuration, in words that say what would be right.

/** A place in a configuration: keys and positions from the top. */
export type Path = readonly PropertyKey[];

/** `path` is written like `sites[0].targets[2].address`, empty for the file as a whole; `line` counts from 1. */
export type Problem = { readonly path: string; readonly message: string; readonly line?: number };

export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** All problems as text, one a line, in the form `file:line: path: message` that editors can follow. */
export function formatProblems(problems: readonly Problem[], name: string): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, message, line }) =>
    [line === undefined ? name : `${name}:${line}`, ...(path === '' ? [] : [path]), message].join(': '),
  );
  return [`${name} has ${count}:`, ...lines.map((text) => `  ${text}`)].join('\n');
}

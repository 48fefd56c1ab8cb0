// The door of the configuration: one YAML file becomes one frozen value, or a list of everything that is wrong with it.
import { WatchdogError } from '../kit/error.ts';
import { build, type Config } from './build.ts';
import { draftOf } from './draft.ts';
import { explain, findingsOf } from './explain.ts';
import { formatPath, formatProblems, type Path, type Problem } from './problem.ts';
import { readText } from './read-text.ts';
import { rulesFor } from './rules/all.ts';
import { fileSchema } from './schema.ts';
import { readSource } from './source.ts';

export type { Config, SiteConfig } from './build.ts';
export { formatProblems, type Problem };

export type Parsed =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `allow`: CIDRs that may be written out as addresses anywhere in the file; only the lab gives any. */
export type ConfigOptions = { readonly allow?: readonly string[] };

/**
 * Checks a configuration and gives it as a frozen value, or all of its problems in the order of the file. Reads nothing but the
 * text: neither secrets nor names are looked up. Never throws for what a text can be, and repeats no value that could be secret.
 */
export function parseConfig(text: string, options: ConfigOptions = {}): Parsed {
  const { source, problems: unreadable } = readSource(text);
  if (source === null) return { ok: false, problems: unreadable };
  const { value, lineOf } = source;
  if (value === null || value === undefined) {
    return { ok: false, problems: [{ path: '', message: 'is empty; see examples/minimum.yaml' }] };
  }
  const problems = [...unreadable];
  const report = (path: Path, message: string): void => {
    const line = lineOf(path);
    const problem = { path: formatPath(path), message, ...(line === undefined ? {} : { line }) };
    if (!problems.some((known) => known.path === problem.path && known.message === message))
      problems.push(problem);
  };
  const parsed = fileSchema.safeParse(value, { error: explain });
  for (const { path, message } of parsed.error?.issues.flatMap(findingsOf) ?? []) report(path, message);
  const draft = draftOf(value);
  for (const rule of rulesFor(options.allow ?? [])) rule(draft, report);
  if (problems.length > 0 || !parsed.success) {
    return { ok: false, problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  }
  return { ok: true, config: build(parsed.data) };
}

/** Reads and checks a file. Throws ERR_CONFIG, whose message lists every problem, or says why the file cannot be read. */
export function loadConfig(path: string, options: ConfigOptions = {}): Config {
  const name = path.split('/').at(-1) ?? path;
  const parsed = parseConfig(read(path, name), options);
  if (parsed.ok) return parsed.config;
  throw new WatchdogError('ERR_CONFIG', formatProblems(parsed.problems, name), {
    meta: { file: name, problems: parsed.problems.length },
  });
}

function read(path: string, name: string): string {
  const file = readText(path);
  if (file.ok) return file.text;
  const message = file.code === 'ENOENT' ? `there is no file ${name}` : `${name} ${file.message}`;
  throw new WatchdogError('ERR_CONFIG', message, { meta: { file: name } });
}

// Reads YAML text into plain values, with the line of every part; the only file that knows YAML.
import {
  type Document,
  type Pair,
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml';
import type { Path, Problem } from './problem.ts';

/** `lineOf` gives the line of the deepest part of a path that is there. */
type Source = {
  readonly value: unknown;
  readonly lineOf: (path: Path) => number | undefined;
  readonly problems: readonly Problem[];
};

/** What can still be checked is in `source`; it is null when the text could not be understood at all. */
export type Reading = { readonly source: Source | null; readonly problems: readonly Problem[] };

const longestText = 1_000_000;
const mostAliases = 50;
const deepestNesting = 200;

const wordsFor: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key stands here twice; keep one of them',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags such as !name are not known here; write plain values',
  MULTIPLE_DOCS: 'there is a second document after ---; write one document',
  BAD_ALIAS: 'an alias has no anchor; write the values out',
  NON_STRING_KEY: 'a key is not plain text; write a name before the colon',
};

// Everything else about the syntax: what the reader of YAML says, without the excerpts that could show a secret.
function inWords(code: string, message: string): string {
  return wordsFor[code] ?? `is not valid YAML: ${message.replace(/(: "|\n).*$/s, '')}`;
}

const only = (message: string): Reading => ({ source: null, problems: [{ path: '', message }] });

/** Brackets and indentation nest at most this deep; the check needs no recursion, unlike the reader of YAML. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > deepestNesting) return true;
  }
  return /(?:^|\n)(?: {400}|(?:[-?:] +){100})/.test(text);
}

/** Never throws, whatever the text is. */
export function readSource(text: string): Reading {
  if (text.length > longestText) {
    return only(`has ${text.length} characters; at most ${longestText} are read`);
  }
  if (text.includes('\0')) return only('is not text; save it as UTF-8');
  if (isTooDeep(text)) return only(`nests more than ${deepestNesting} levels deep; write it flat`);
  try {
    return understand(text);
  } catch (error) {
    // The reader throws for what no configuration has, such as aliases that multiply.
    const why =
      error instanceof ReferenceError
        ? `it holds too many aliases (over ${mostAliases})`
        : 'it is too tangled';
    return only(`cannot be read as YAML: ${why}; write the values out`);
  }
}

function understand(text: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Below `error` a second document would be passed over in silence.
    logLevel: 'error',
    schema: 'core',
    stringKeys: true,
  });
  const problems = [...document.errors, ...document.warnings].map((error): Problem => ({
    path: '',
    message: inWords(error.code, error.message),
    line: lines.linePos(error.pos[0]).line,
  }));
  // After a doubled key or a strange tag the rest still has its meaning; after any other error it may not.
  const isUsable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  if (!isUsable) return { source: null, problems: onePerLine(problems) };
  const value: unknown = document.toJS({ maxAliasCount: mostAliases });
  return { source: { value, lineOf: (path) => lineOf(document, lines, path), problems }, problems };
}

/** One slip of the pen confuses the reader of YAML more than once in a line. */
function onePerLine(problems: readonly Problem[]): Problem[] {
  return problems.filter((each, index) => problems.findIndex(({ line }) => line === each.line) === index);
}

function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let position = startOf(node);
  for (const key of path) {
    const next = child(document, node, key);
    if (next === null) break;
    position = startOf(next.at) ?? position;
    node = next.node;
  }
  return position === undefined ? undefined : lines.linePos(position).line;
}

function startOf(node: unknown): number | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}

function child(
  document: Document,
  parent: unknown,
  key: PropertyKey,
): { readonly at: unknown; readonly node: unknown } | null {
  const node: unknown = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = node.items.find(
      (each: Pair) => isScalar(each.key) && String(each.key.value) === String(key),
    );
    return isPair(pair) ? { at: pair.key, node: pair.value } : null;
  }
  if (isSeq(node) && typeof key === 'number') {
    const item = node.items[key];
    return item === undefined ? null : { at: item, node: item };
  }
  return null;
}

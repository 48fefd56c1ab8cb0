// Finds what can be changed in a source file: comparisons, logic, booleans, numbers, arithmetic, quantifiers.
import { stripTypeScriptTypes } from 'node:module';

/** One change of one file: the text between `from` and `to` becomes `after`. */
export type Mutant = {
  readonly file: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** The changed line, trimmed, to find it again when lines move. */
  readonly text: string;
};

type Token = {
  readonly kind: 'word' | 'number' | 'sign' | 'literal';
  readonly text: string;
  readonly from: number;
};

const swaps: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '!': [''],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  true: ['false'],
  false: ['true'],
  some: ['every'],
  every: ['some'],
};

const blank = /(?:\s+|\/\/.*|\/\*[^]*?\*\/)+/y;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+\/[a-z]*/y;
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['literal', /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/y],
  ['number', /0x[\da-f]+|\d[\d_]*(?:\.\d+)?/iy],
  ['word', /[\p{L}_$][\p{L}\d_$]*/uy],
  ['sign', /=>|\.\.\.|===|!==|<=|>>>|>>|<<|>=|&&|\|\||\?\?|\?\.|\+\+|--|[-+*/]=|\*\*|[^]/y],
];

const afterValue = /^[)\]}]$/;

const isValue = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'sign'
    ? afterValue.test(token.text)
    : !['return', 'typeof', 'of', 'in'].includes(token.text));

function match(pattern: RegExp, code: string, from: number): string | null {
  pattern.lastIndex = from;
  return pattern.exec(code)?.[0] ?? null;
}

function tokenAt(code: string, from: number, before: Token | undefined): Token {
  const pattern = code[from] === '/' && !isValue(before) ? match(regex, code, from) : null;
  if (pattern !== null) return { kind: 'literal', text: pattern, from };
  for (const [kind, each] of patterns) {
    const text = match(each, code, from);
    if (text !== null) return { kind, text, from };
  }
  throw new Error(`cannot read the source at ${from}`);
}

/** The tokens from `from` up to the brace that closes what was open there; `end` is the place behind it. */
function tokensOf(code: string, from: number): { readonly tokens: Token[]; readonly end: number } {
  const tokens: Token[] = [];
  let depth = 0;
  let at = from;
  for (;;) {
    at += match(blank, code, at)?.length ?? 0;
    if (at >= code.length) return { tokens, end: at };
    if (code[at] === '`') {
      const template = templateAt(code, at);
      tokens.push(...template.tokens, { kind: 'literal', text: '`', from: at });
      at = template.end;
      continue;
    }
    const token = tokenAt(code, at, tokens.at(-1));
    at += token.text.length;
    if (token.text === '{') depth += 1;
    if (token.text === '}') depth -= 1;
    if (depth < 0) return { tokens, end: at };
    tokens.push(token);
  }
}

function templateAt(code: string, start: number): { readonly tokens: Token[]; readonly end: number } {
  const tokens: Token[] = [];
  let at = start + 1;
  while (at < code.length && code[at] !== '`') {
    if (code.startsWith('${', at)) {
      const inner = tokensOf(code, at + 2);
      tokens.push(...inner.tokens);
      at = inner.end;
    } else {
      at += code[at] === '\\' ? 2 : 1;
    }
  }
  return { tokens, end: at + 1 };
}

function changesOf(token: Token, before: Token | undefined): readonly string[] {
  const { kind, text } = token;
  if (kind === 'literal') return [];
  if (kind === 'number') {
    const value = Number(text.replaceAll('_', ''));
    return value === 0 ? ['1'] : [`${value + 1}`, `${value - 1}`];
  }
  if (text === 'some' || text === 'every') return before?.text === '.' ? (swaps[text] ?? []) : [];
  // A sign in front of a value is no arithmetic.
  if (['+', '-', '*', '/'].includes(text) && !isValue(before)) return [];
  return Object.hasOwn(swaps, text) ? (swaps[text] ?? []) : [];
}

/** All changes of a file, in its order. Types are not changed: they are blanked, at the same places, before looking. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const { tokens } = tokensOf(stripTypeScriptTypes(source), 0);
  return tokens.flatMap((token, index) =>
    changesOf(token, tokens[index - 1]).map((after) => {
      const line = source.slice(0, token.from).split('\n').length;
      const to = token.from + token.text.length;
      const text = source.split('\n')[line - 1]?.trim() ?? '';
      return { file, line, from: token.from, to, before: token.text, after, text };
    }),
  );
}

/** The source with the change made. */
export const applyMutant = (source: string, mutant: Mutant): string =>
  source.slice(0, mutant.from) + mutant.after + source.slice(mutant.to);

/** How a change is written in lists: the file, the line of source, and what became of it. */
export const describeMutant = ({ file, before, after, text }: Mutant): string =>
  `${file}: \`${text}\` \`${before}\` → \`${after}\``;

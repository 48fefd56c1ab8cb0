// Nothing of the functions writes to the keys database: one file opens it, and that file can only read.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
type Source = { readonly file: string; readonly text: string };

const reader = 'functions/stores/keys.ts';
/** Where a client of a database may be made at all: the clients of `open.ts` are of databases that its callers name. */
const openers = [reader, 'functions/stores/open.ts'];

const naming = /FIRESTORE_KEYS_DATABASE|KEYS_PROJECT|databaseId\s*[:=][^,;}]*['"`]keys|\bkeys\/\$\{/;
const opening = /\bopenDatabase\b|\bnew\s+Firestore\b/;
/** Whatever of the client of Firestore can write, and what a write is made of. */
const writing =
  /\b(set|update|create|delete|add|batch|bulkWriter|commit|runTransaction|recursiveDelete|bulkDelete|WriteBatch|BulkWriter|Transaction|FieldValue)\b/;
/** What the reader may load: none of these writes. */
const loaded = ['../kit/error.ts', '../kit/redact.ts', './ask.ts', './open.ts', './standby-schemas.ts'];

const withoutComments = (text: string): string => text.replace(/\/\*.*?\*\/|(?<![:'"])\/\/[^\n]*/gs, '');

/** The files of functions that break the rule, with why. */
function breaches(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, text }) => {
    const code = withoutComments(text);
    const found: string[] = [];
    if (file !== reader && naming.test(code)) found.push(`${file} names the keys database`);
    if (!openers.includes(file) && opening.test(code)) found.push(`${file} opens a database`);
    if (file !== reader) return found;
    const word = writing.exec(code)?.[1];
    if (word !== undefined) found.push(`${file} says ${word}`);
    for (const [, from = ''] of code.matchAll(/import (?!type\b)[^;]*?from '([^']+)'|import\(/g)) {
      if (!loaded.includes(from)) found.push(`${file} loads ${from === '' ? 'something late' : from}`);
    }
    return found;
  });
}

const sources: Source[] = readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file: `functions/${file}`, text: readFileSync(join(root, 'functions', file), 'utf8') }));

const textOf = (file: string): string => sources.find((each) => each.file === file)?.text ?? '';

describe('the keys database', () => {
  test('is opened by its reader alone, which cannot write', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(textOf(reader)).toMatch(naming);
    expect(breaches(sources)).toEqual([]);
  });

  const planted: readonly [what: string, file: string, change: (text: string) => string, found: string][] = [
    ['a write of a document', reader, (text) => text.replace('.get()', '.set({})'), `${reader} says set`],
    [
      'a method by its name in quotes',
      reader,
      (text) => `${text}\nexport const f = (db: Firestore) => db.doc('a')['update']({});\n`,
      `${reader} says update`,
    ],
    [
      'a method that is taken out',
      reader,
      (text) => `${text}\nexport const g = ({ batch }: Firestore) => batch;\n`,
      `${reader} says batch`,
    ],
    [
      'a transaction',
      reader,
      (text) => `${text}\nexport const h = (db: Firestore) => db.runTransaction(async () => 1);\n`,
      `${reader} says runTransaction`,
    ],
    [
      'the way of other stores to write',
      reader,
      (text) => `import { change } from './firestore-document.ts';\n${text}`,
      `${reader} loads ./firestore-document.ts`,
    ],
    [
      'a late import',
      reader,
      (text) => `${text}\nexport const i = () => import('./x.ts');\n`,
      `${reader} loads something late`,
    ],
    [
      'another file that names it',
      'functions/stores/firestore-health.ts',
      (text) => `${text}\nexport const keys = { databaseId: 'keys' };\n`,
      'functions/stores/firestore-health.ts names the keys database',
    ],
    [
      'another default of the database that may be written',
      'functions/stores/open.ts',
      (text) => text.replace("'FIRESTORE_INBOX_DATABASE'", "'FIRESTORE_KEYS_DATABASE'"),
      'functions/stores/open.ts names the keys database',
    ],
    [
      'another file that opens databases',
      'functions/entry/watch.ts',
      (text) => `${text}\nexport const db = openDatabase({ databaseId: name });\n`,
      'functions/entry/watch.ts opens a database',
    ],
    [
      'a path of its documents elsewhere',
      'functions/stores/documents.ts',
      (text) => `${text}\nexport const key = (signer: string): string => \`keys/\${signer}\`;\n`,
      'functions/stores/documents.ts names the keys database',
    ],
  ];
  test.each(planted)('the rule notices %s', (_what, file, change, found) => {
    const before = textOf(file);
    expect(change(before)).not.toBe(before);
    expect(breaches([{ file, text: change(before) }])).toEqual([found]);
  });

  test('the rule does not mind what a comment says', () => {
    const text = `// Never set anything.\n/** Nor delete it. */\n${textOf(reader)}`;
    expect(breaches([{ file: reader, text }])).toEqual([]);
  });
});

/** The only place in the whole repository that writes the keys database, and who may hold it in their hand. */
const writer = 'cli/keys.ts';
const hands = ['cli/handover/open-world.ts', 'lab/handover/person.ts'];

const outside: Source[] = ['cli', 'lab', 'local'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: `${room}/${file}`, text: readFileSync(join(root, room, file), 'utf8') })),
);

/** Files beside the functions that name the keys database, or take the writer in their hand. */
function otherHands(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, text }) => {
    if (file === writer) return [];
    const code = withoutComments(text);
    const found: string[] = [];
    if (naming.test(code)) found.push(`${file} names the keys database`);
    if (opening.test(code)) found.push(`${file} opens a database`);
    const takes =
      /import (?!type\b)[^;]*?from '[^']*\/keys\.ts'/.test(code) && !/stores\/keys\.ts'/.test(code);
    if (takes && !hands.includes(file)) found.push(`${file} takes the writer in its hand`);
    return found;
  });
}

describe('the writer of the keys database', () => {
  test('is one file, which only the commands of a handover and the person of the lab hold', () => {
    expect(outside.length).toBeGreaterThan(100);
    expect(otherHands(outside)).toEqual([]);
    expect(outside.find(({ file }) => file === writer)?.text).toMatch(naming);
  });

  test.each([
    [
      'a database that another command opens',
      'cli/status.ts',
      "const db = openDatabase({ databaseId: 'keys' });",
      ['names the keys database', 'opens a database'],
    ],
    [
      'a path of a flag elsewhere',
      'lab/lab.ts',
      'const path = `keys/${signer}`;',
      ['names the keys database'],
    ],
    [
      'the writer in another command',
      'cli/drill.ts',
      "import { openFlagKeeper } from './keys.ts';",
      ['takes the writer in its hand'],
    ],
    [
      'the writer in the scheduler',
      'local/watchdog.ts',
      "import { flagKeeperOf } from '../cli/keys.ts';",
      ['takes the writer in its hand'],
    ],
  ])('the rule notices %s', (_, file, code, expected) => {
    const before = outside.find((source) => source.file === file)?.text ?? '';
    expect(before).not.toBe('');
    const found = otherHands([{ file, text: `${code}\n${before}` }]);
    expect(found).toEqual(expected.map((what) => `${file} ${what}`));
  });
});

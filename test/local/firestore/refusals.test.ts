// What a strict service refuses, each with its code and a text that says why.
import { expect, test } from 'vitest';
import { code, databaseName, documentName, open, raw } from './emulator.ts';

const text = (stringValue: string): object => ({ stringValue });
const write = (fields: object, more: object = {}): object => ({
  update: { name: documentName('c/a'), fields },
  ...more,
});
const nested = (depth: number): object =>
  depth === 0 ? text('x') : { mapValue: { fields: { a: nested(depth - 1) } } };

const commits: readonly (readonly [string, object, string | RegExp])[] = [
  [
    'a document over 1 MiB',
    { writes: [write({ a: text('x'.repeat(1_048_576)) })] },
    /exceeds the maximum allowed size/,
  ],
  [
    'more than 500 writes',
    { writes: Array.from({ length: 501 }, () => write({})) },
    'maximum 500 writes allowed per request',
  ],
  [
    'an array in an array',
    { writes: [write({ a: { arrayValue: { values: [{ arrayValue: {} }] } } })] },
    /array value in an array/,
  ],
  ['nesting over 20 levels', { writes: [write({ a: nested(20) })] }, /deeper than 20/],
  ['an empty field name', { writes: [write({ '': text('x') })] }, /must not be empty/],
  ['a reserved field name', { writes: [write({ __a__: text('x') })] }, /reserved/],
  ['a value without a type', { writes: [write({ a: {} })] }, /no type/],
  ['a reserved document id', { writes: [{ delete: documentName('c/__a__') }] }, /reserved/],
  ['a name that is a collection', { writes: [{ delete: documentName('c') }] }, /even number of segments/],
  [
    'a name of another database',
    { writes: [{ delete: 'projects/test/databases/other/documents/c/a' }] },
    /is not in database/,
  ],
  [
    'a database id that cannot be',
    { database: 'projects/test/databases/X', writes: [] },
    /Invalid database id/,
  ],
  ['a database name of another form', { database: 'main', writes: [] }, /Invalid database name/],
  [
    'a broken field path',
    { writes: [write({}, { updateMask: { fieldPaths: ['a..b'] } })] },
    /Invalid field path/,
  ],
  [
    'a mask without an update',
    { writes: [{ delete: documentName('c/a'), updateMask: { fieldPaths: [] } }] },
    /need an update/,
  ],
  ['a write of nothing', { writes: [{}] }, /needs one of/],
  [
    'an increment by text',
    { writes: [write({}, { updateTransforms: [{ fieldPath: 'a', increment: text('1') }] })] },
    /integer or a double/,
  ],
  [
    'a time between microseconds',
    { writes: [write({}, { currentDocument: { updateTime: { seconds: '1', nanos: 1 } } })] },
    /microsecond/,
  ],
  [
    'a place beyond the pole',
    { writes: [write({ a: { geoPointValue: { latitude: 91 } } })] },
    /out of range/,
  ],
];

test.each(commits)('a commit with %s is refused, and nothing is written', async (_, request, details) => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  await expect(call('Commit', { database: databaseName, ...request })).rejects.toMatchObject({
    code: code.invalid,
    details: expect.stringMatching(details),
  });
  expect(emulator.dump('main')).toEqual({});
});

const field = (op: string, value: object, fieldPath = 'a'): object => ({
  fieldFilter: { field: { fieldPath }, op, value },
});
const list = (length: number): object => ({
  arrayValue: { values: Array.from({ length }, () => text('x')) },
});
const both = (...filters: readonly object[]): object => ({ compositeFilter: { op: 'AND', filters } });

const queries: readonly (readonly [string, object, string | RegExp])[] = [
  ['no collection', { from: [] }, /exactly one collection/],
  ['an empty IN', { where: field('IN', list(0)) }, "'IN' requires a non-empty ArrayValue."],
  ['an IN of 31', { where: field('IN', list(31)) }, /up to 30/],
  ['a NOT_IN of 11', { where: field('NOT_IN', list(11)) }, /up to 10/],
  [
    'over 30 disjunctions',
    { where: both(field('IN', list(6)), field('IN', list(6), 'b')) },
    /36 disjunctions/,
  ],
  [
    'two negations',
    { where: both(field('NOT_EQUAL', text('x')), field('NOT_EQUAL', text('y'))) },
    /Only one of/,
  ],
  ['NOT_IN with IN', { where: both(field('NOT_IN', list(1)), field('IN', list(2), 'b')) }, /cannot be used/],
  ['an unknown operator', { where: field('OPERATOR_UNSPECIFIED', text('x')) }, /Unknown filter operator/],
  ['a name that is no reference', { where: field('EQUAL', text('x'), '__name__') }, /must be a Key/],
  ['a cursor longer than its order', { startAt: { values: [text('x')] } }, /too many values/],
  ['a negative limit', { limit: { value: -1 } }, /limit/],
  ['a negative offset', { offset: -1 }, /offset/],
];

test.each(queries)('a query with %s is refused', async (_, query, details) => {
  const { emulator } = await open();
  const structuredQuery = { from: [{ collectionId: 'c' }], ...query };
  await expect(
    raw(emulator.host)('RunQuery', { parent: `${databaseName}/documents`, structuredQuery }),
  ).rejects.toMatchObject({ code: code.invalid, details: expect.stringMatching(details) });
});

test.each(['Listen', 'Write', 'ExecutePipeline', 'PartitionQuery'])(
  '%s is refused as not implemented',
  async (method) => {
    const { emulator } = await open();
    const call = raw(emulator.host);
    await expect(call(method, {})).rejects.toMatchObject({
      code: code.unimplemented,
      details: `the emulator does not implement ${method}`,
    });
  },
);

test('a message over the limit of the service is refused', async () => {
  const { emulator } = await open();
  const writes = Array.from({ length: 13 }, () => write({ a: text('x'.repeat(1_000_000)) }));
  await expect(raw(emulator.host)('Commit', { database: databaseName, writes })).rejects.toMatchObject({
    code: code.exhausted,
  });
});

test('a read at a time that is no longer kept, or still to come, is refused', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const at = (seconds: string): object => ({ name: documentName('c/a'), readTime: { seconds } });
  await expect(call('GetDocument', at('-5'))).rejects.toMatchObject({ code: code.precondition });
  await expect(call('GetDocument', at('99999999999'))).rejects.toMatchObject({ code: code.invalid });
});

test('single-document methods create, change, delete and get', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const parent = `${databaseName}/documents`;
  const create = {
    parent,
    collectionId: 'c',
    documentId: 'a',
    document: { fields: { n: { integerValue: '1' } } },
  };
  expect(await call('CreateDocument', create)).toMatchObject({ name: documentName('c/a') });
  await expect(call('CreateDocument', create)).rejects.toMatchObject({ code: code.exists });
  const document = { name: documentName('c/a'), fields: { m: { integerValue: '2' } } };
  await call('UpdateDocument', { document, updateMask: { fieldPaths: ['m'] } });
  expect(await call('GetDocument', { name: documentName('c/a'), mask: { fieldPaths: ['m'] } })).toMatchObject(
    {
      fields: { m: { integerValue: '2' } },
    },
  );
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1, m: 2 } });
  await call('DeleteDocument', { name: documentName('c/a') });
  await expect(call('GetDocument', { name: documentName('c/a') })).rejects.toMatchObject({
    code: code.notFound,
  });
});

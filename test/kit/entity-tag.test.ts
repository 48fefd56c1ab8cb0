// What a reader has already is not sent again, and what is another thing always is.
import { expect, test } from 'vitest';
import { tagged } from '../../functions/kit/entity-tag.ts';

const answer = {
  status: 200,
  headers: { 'content-type': 'text/plain', 'cache-control': 'private, no-cache', vary: 'Accept' },
  body: 'all is well',
};
const tagOf = (given: typeof answer): string => tagged(given, '').headers['etag'] ?? '';

test('the tag is strong, and another for another body or another type', () => {
  expect(tagOf(answer)).toMatch(/^"[\w-]{43}"$/);
  expect(tagOf({ ...answer })).toBe(tagOf(answer));
  expect(tagOf({ ...answer, body: 'all is lost' })).not.toBe(tagOf(answer));
  expect(tagOf({ ...answer, headers: { ...answer.headers, 'content-type': 'text/html' } })).not.toBe(
    tagOf(answer),
  );
});

test.each([
  ['the tag', (tag: string) => tag, 304],
  ['the tag, weakly', (tag: string) => `W/${tag}`, 304],
  ['it among others', (tag: string) => `"a", W/"b" , ${tag}`, 304],
  ['anything', () => '*', 304],
  ['another', () => '"a"', 200],
  ['it without quotes', (tag: string) => tag.replaceAll('"', ''), 200],
  ['nothing', () => '', 200],
  ['too much', (tag: string) => `${'"a", '.repeat(1_000)}${tag}`, 200],
])('of somebody who has %s', (_, header, status) => {
  const tag = tagOf(answer);
  const { 'content-type': type, ...kept } = answer.headers;
  const expected =
    status === 304
      ? { status, headers: { ...kept, etag: tag }, body: '' }
      : { ...answer, headers: { ...kept, 'content-type': type, etag: tag } };
  expect(tagged(answer, header(tag))).toEqual(expected);
});

// Whatever a message says, what is made of it fits, keeps its links, and is no broken text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeXml, fit, isButton, jsonBytes, linksOf, type Size } from '../../functions/channels/text.ts';
import { message } from './message.ts';

const sizes: Readonly<Record<string, Size>> = {
  'UTF-16 units': (text) => text.length,
  characters: (text) => Array.from(text).length,
  bytes: (text) => Buffer.byteLength(text),
  'bytes of JSON': jsonBytes,
};
const escapes: Readonly<Record<string, (text: string) => string>> = {
  nothing: (text) => text,
  XML: escapeXml,
  backslashes: (text) => text.replace(/[\\*_]/g, '\\$&'),
};

// Lone surrogates, line ends and blanks are what is hard about it.
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(' ', '\n', '\ud83d', '\ude00', '🙂', '&<>', '*_', '\u0000'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));
const link = fc.stringMatching(/^[A-Za-z ]{1,9}: https:\/\/[a-z.]{1,20}\/[a-z?&=#]{0,40}$/);

describe.each(Object.entries(sizes))('measured in %s', (_, size) => {
  test.each(Object.entries(escapes))('with %s escaped', (_name, escape) => {
    fc.assert(
      fc.property(
        fc.record({
          title: anyText,
          body: anyText,
          links: fc.array(link, { maxLength: 3 }),
          room: fc.nat({ max: 300 }),
        }),
        ({ title, body, links, room }) => {
          const limit = size(links.join('\n')) + room;
          const text = fit({ title, body, links }, { limit, size, escape });
          expect(size(text)).toBeLessThanOrEqual(limit);
          expect(text.isWellFormed()).toBe(true);
          expect(text.endsWith(links.join('\n'))).toBe(true);
          const whole = fit({ title, body, links }, { limit: Infinity, size, escape });
          const least = fit({ title, body: '…', links }, { limit: Infinity, size, escape });
          // Uncut when there is room, and marked when there is room for the mark.
          const isShown = size(whole) <= limit ? text === whole : size(least) > limit || text.includes('…');
          expect(isShown).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a text that is too long', () => {
  const body = 'Dark or cut off.\nSince three in the morning.\nNothing answers.';
  test.each([
    [100, body],
    [51, 'Dark or cut off.\nSince three in the morning.…'],
    [40, 'Dark or cut off.\nSince three in the…'],
    [20, 'Dark or cut off.…'],
    [10, 'Dark or…'],
    [3, 'Da…'],
    [1, '…'],
    [0, ''],
  ])('is cut to %i where a line or a word ends', (limit, expected) => {
    expect(fit({ body }, { limit })).toBe(expected);
  });

  test('without a boundary is cut anywhere, but never through a character', () => {
    expect(fit({ body: 'a'.repeat(50) }, { limit: 10 })).toBe(`${'a'.repeat(9)}…`);
    expect(fit({ body: '🙂'.repeat(50) }, { limit: 10 })).toBe(`${'🙂'.repeat(4)}…`);
  });

  test('loses its body before its title, and its links last and whole', () => {
    const parts = {
      title: 'A title of some words',
      body,
      links: ['one: https://a.example', 'two: https://b.example'],
    };
    expect(fit(parts, { limit: 70 })).toBe(
      'A title of some words\n…\n\none: https://a.example\ntwo: https://b.example',
    );
    expect(fit(parts, { limit: 60 })).toBe('A title of…\n\none: https://a.example\ntwo: https://b.example');
    expect(fit(parts, { limit: 45 })).toBe('one: https://a.example\ntwo: https://b.example');
    expect(fit(parts, { limit: 44 })).toBe('A title of some…\n\none: https://a.example');
  });
});

test('the links come in the order in which they are needed', () => {
  expect(linksOf(message)).toEqual([
    { label: 'Acknowledge', url: message.links.acknowledge },
    { label: 'Status', url: message.links.status },
    { label: 'What to do', url: message.links.runbook },
  ]);
  expect(linksOf({ links: {} })).toEqual([]);
});

test.each([
  ['https://ack.example/a#b', true],
  ['http://ack.example/a', false],
  ['https://localhost/a', false],
  ['https://127.0.0.1/a', false],
  ['javascript:alert(1)', false],
  ['no address', false],
])('%s can be a button: %s', (url, expected) => {
  expect(isButton({ label: 'Status', url })).toBe(expected);
});

test('XML holds nothing that it cannot write', () => {
  expect(escapeXml('<a b="c">&\'\u0000\u0008\ud83d🙂\n')).toBe(
    '&lt;a b=&quot;c&quot;&gt;&amp;&#39;\ufffd\ufffd\ufffd🙂\n',
  );
});

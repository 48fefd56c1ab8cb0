// Which base addresses a configuration may name, and what is put under them.
import { expect, test } from 'vitest';
import { apiAddress, under } from '../../functions/channels/address.ts';

const schema = apiAddress('it', 'https://api.example');

test.each([
  ['https://ntfy.example', true],
  ['https://ntfy.example:8443/ntfy', true],
  ['http://127.0.0.1:8080', true],
  ['http://localhost', true],
  ['http://[::1]:80', true],
  ['http://ntfy.example', false],
  ['http://10.0.0.7', false],
  ['http://127.0.0.1.example', false],
  ['https://me:hunter2@ntfy.example', false],
  ['https://ntfy.example/?auth=x', false],
  ['https://ntfy.example/#a', false],
  ['ftp://127.0.0.1', false],
  ['ntfy.example', false],
])('%s may be written: %s', (address, expected) => {
  expect(schema.safeParse(address).success).toBe(expected);
});

test('what is left out is the public address', () => {
  expect(schema.parse(undefined)).toBe('https://api.example');
});

test.each([
  ['https://a.example', 'x/y', 'https://a.example/x/y'],
  ['https://a.example/', 'x', 'https://a.example/x'],
  ['https://a.example/base//', '', 'https://a.example/base/'],
  ['https://a.example', 'bot1:A/x', 'https://a.example/bot1:A/x'],
])('under %s, %s is %s', (api, path, expected) => {
  expect(under(api, path).href).toBe(expected);
});

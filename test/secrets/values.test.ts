// How values come in: files of secrets, typing without echo, keys that are made, and what is refused before it is set.
import { describe, expect, test } from 'vitest';
import { parseConfig, type Config } from '../../functions/config/config.ts';
import { openSignature } from '../../functions/kit/signature.ts';
import { newSigningKey, randomToken } from '../../cli/secrets/make-secret.ts';
import { typed } from '../../cli/secrets/secret-input.ts';
import { readSecretsText } from '../../cli/secrets/secrets-text.ts';
import { valueProblem } from '../../cli/secrets/value-problem.ts';
import { configText } from '../support/deployed.ts';

describe('a file of secrets', () => {
  test('has one a line, comments, quotes of both kinds and keys over several lines', () => {
    const read = readSecretsText(
      [
        '# the pager',
        'PAGER_URL=https://pager.example/x?a=b#c',
        "export  A = 'two words' # why",
        'KEY="-----BEGIN X-----',
        'abc',
        '-----END X-----"',
        'EMPTY=',
        '',
      ].join('\r\n'),
      'secrets.env',
    );
    expect(read).toEqual({
      ok: true,
      values: new Map([
        ['PAGER_URL', 'https://pager.example/x?a=b#c'],
        ['A', 'two words'],
        ['KEY', '-----BEGIN X-----\nabc\n-----END X-----'],
        ['EMPTY', ''],
      ]),
    });
  });

  test.each([
    ['hidden value', 'secrets.env:1: is no NAME=value; write one a line'],
    ['A=hidden\nA=hidden', 'secrets.env:2: A stands there twice; keep one'],
    ['A="hidden', 'secrets.env:1: the value of A begins with a quote and does not end with it'],
    ['A="hidden" more', 'secrets.env:1: the value of A begins with a quote and does not end with it'],
    ['1A=hidden', 'secrets.env:1: is no NAME=value; write one a line'],
  ])('%j is refused by its line, without its value', (text, message) => {
    expect(readSecretsText(text, 'secrets.env')).toEqual({ ok: false, message });
  });
});

describe('typing', () => {
  test('ends with Enter; Backspace and Ctrl-U take back', () => {
    expect(typed('', 'wrong\u0015abx\u007fc\r')).toEqual({ end: 'given', text: 'abc', rest: '' });
    expect(typed('ab', 'c')).toEqual({ end: 'going-on', text: 'abc', rest: '' });
  });

  test('is broken off by Ctrl-C, and what was typed is gone', () => {
    expect(typed('', 'abc\u0003')).toEqual({ end: 'broken-off', text: '', rest: '' });
  });

  test('takes a key in PEM whole, and what comes after it is for the next question', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----';
    expect(typed('', `${pem}\nnext`)).toEqual({ end: 'given', text: pem, rest: 'next' });
  });

  test('takes no escape sequences in', () => {
    expect(typed('', 'a\u001b\u0000b\r').text).toBe('ab');
  });
});

describe('what is made', () => {
  test('is a token of 32 bytes, another each time', () => {
    expect(randomToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
  });

  test('is a key that the gate takes, and the public half of it', () => {
    const { pem, publicKey } = newSigningKey();
    expect(openSignature(pem, 'it').publicKey).toBe(publicKey);
    expect(publicKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });
});

describe('before it is set', () => {
  const read = parseConfig(configText);
  const config: Config | null = read.ok ? read.config : null;
  const { pem, publicKey } = newSigningKey();

  test.each<readonly [name: string, value: string, problem: RegExp | null]>([
    ['PAGER_URL', 'x', null],
    ['PAGER_URL', '', /is empty/],
    ['PAGER_URL', 'a\0b', /zero byte/],
    ['HEARTBEAT_TOKEN', 'short', /has 5 characters, and a token of the house needs 24/],
    ['FENCE_TOKEN', 'x'.repeat(24), null],
    ['ACK_KEY', 'x'.repeat(31), /has 31 characters, and a key that signs links needs 32/],
    ['GATE_KEY', 'hello', /no Ed25519 private key in PEM/],
  ])('%s = %j', (name, value, problem) => {
    const found = valueProblem(config, name, value);
    expect(config).not.toBeNull();
    expect(found === null ? problem : problem?.test(found)).toBe(found === null ? null : true);
  });

  test('a key of the gate whose public half no fence knows is refused with that half', () => {
    expect(valueProblem(config, 'GATE_KEY', pem)).toContain(publicKey);
    expect(valueProblem(config, 'GATE_KEY', pem)).not.toContain('PRIVATE');
  });
});

// Nothing that is written down carries a secret or a full URL.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactText, redactValue } from '../../functions/kit/redact.ts';

describe('text', () => {
  test.each([
    ['get https://user:hunter2@rpc.example/v1/KEY?token=abc failed', 'get https://rpc.example/… failed'],
    ['POST http://127.0.0.1:8080/hook', 'POST http://127.0.0.1:8080/…'],
    ['"https://hooks.example/services/T0/B0/xyz"', '"https://hooks.example/…"'],
    ['authorization: Bearer abcdef.ghijkl', 'authorization: Bearer …'],
    ['Basic dXNlcjpwYXNz and more', 'Basic … and more'],
    ['nothing to hide at 12:30', 'nothing to hide at 12:30'],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test('whatever the path, query or password of a URL is, it is gone', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{8,20}$/);
    fc.assert(
      fc.property(secret, secret, secret, (password, path, query) => {
        const text = redactText(`x https://me:${password}@host.example/${path}/y?q=${query}#z y`);
        for (const hidden of [password, path, query]) expect(text).not.toContain(hidden);
      }),
    );
  });
});

describe('values', () => {
  test('fields that are named like secrets are hidden whole, at any depth', () => {
    const value = {
      a: { Authorization: ['x'], list: [{ apiKey: 'k', ok: 'https://h.example/p' }] },
      token: 't',
    };
    expect(redactValue(value)).toEqual({
      a: { Authorization: '…', list: [{ apiKey: '…', ok: 'https://h.example/…' }] },
      token: '…',
    });
  });

  test('errors keep code, meta and cause, without secrets', () => {
    const error = new Error('at https://h.example/secret', { cause: new Error('https://u:p@h.example/x') });
    const text = JSON.stringify(redactValue(error));
    expect(text).toContain('https://h.example/…');
    expect(text).not.toMatch(/u:p|\/secret/);
  });

  test('what refers to itself ends', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redactValue(loop))).toContain('…');
  });
});

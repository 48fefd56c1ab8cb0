// What `--resolve` understands, and what it says of everything else.
import { describe, expect, test } from 'vitest';
import { hostsOf, parseResolve } from '../../local/resolve.ts';

const good: readonly (readonly [text: string, key: string, address: string, port: number])[] = [
  ['home.example:30303:192.0.2.7', 'home.example:30303', '192.0.2.7', 30303],
  ['home.example:30303:192.0.2.7:40404', 'home.example:30303', '192.0.2.7', 40404],
  ['HOME.Example:443:[2001:db8::7]:8443', 'home.example:443', '2001:db8::7', 8443],
  ['[2001:DB8::1]:443:127.0.0.1', '[2001:db8::1]:443', '127.0.0.1', 443],
  ['192.0.2.1:53:[::1]', '192.0.2.1:53', '::1', 53],
];

const bad: readonly (readonly [text: string, what: RegExp])[] = [
  ['', /not four or three parts/],
  ['home.example:30303', /not four or three parts/],
  ['home.example:30303:192.0.2.7:1:2', /not four or three parts/],
  ['home.example:30303:2001:db8::7', /not four or three parts/],
  ['home.example:0:192.0.2.7', /host and a port/],
  ['home.example:65536:192.0.2.7', /host and a port/],
  ['ho me:80:192.0.2.7', /host and a port/],
  ['home.example:80:other.example', /not an IP address/],
  ['home.example:80:[192.0.2.7]', /not an IP address/],
  ['home.example:80:192.0.2.7:0', /not a port/],
  ['home.example:80:192.0.2.7:70000', /not a port/],
];

describe('--resolve', () => {
  test.each(good)('understands %s', (text, key, address, port) => {
    expect(parseResolve(text)).toEqual({ ok: true, key, address, port });
  });

  test.each(bad)('says what is wrong with "%s", and what would be right', (text, what) => {
    const resolved = parseResolve(text);
    expect(resolved).toMatchObject({ ok: false, message: expect.stringMatching(what) });
    expect(resolved).toMatchObject({ message: expect.stringContaining('write host:port:address') });
  });

  test('a later one for the same host and port replaces an earlier one', () => {
    const all = ['a.example:1:192.0.2.1', 'b.example:1:192.0.2.2', 'A.example:1:192.0.2.3:9'].map(
      parseResolve,
    );
    const hosts = hostsOf(all.filter((each) => each.ok));
    expect(Object.fromEntries(hosts)).toEqual({
      'a.example:1': { address: '192.0.2.3', port: 9 },
      'b.example:1': { address: '192.0.2.2', port: 1 },
    });
  });
});

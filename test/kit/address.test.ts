// Which addresses may be dialled: the special ranges, their disguises, and what a site allows.
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  forbiddenAddress,
  formatHostPort,
  isCidr,
  isInNetworks,
  networkOf,
  parseHostPort,
} from '../../functions/kit/address.ts';

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['10.1.2.3', '10.1.2.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['::1', '::/48'],
])('of %s no more is written down than %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
  expect(isInNetworks(address, [network])).toBe(true);
});

test.each([
  ['203.0.113.7', ['203.0.113.7'], true],
  ['203.0.113.8', ['203.0.113.7', '2001:db8::/32'], false],
  ['2001:db8::9', ['203.0.113.7', '2001:db8::/32'], true],
  ['2001:db8::9', ['2001:db8::8'], false],
  ['203.0.113.7', [], false],
])('%s is in %j: %s', (address, networks, expected) => {
  expect(isInNetworks(address, networks)).toBe(expected);
});

describe('an address is', () => {
  test.for([
    ['1.1.1.1', null],
    ['8.8.8.8', null],
    ['2606:4700:4700::1111', null],
    ['192.0.2.7', null],
    ['198.51.100.7', null],
    ['203.0.113.7', null],
    ['2001:db8::7', null],
    ['3fff::7', null],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['fd20:ce::254', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', null],
    ['192.168.1.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'private'],
    ['64:ff9b:1::a00:1', 'private'],
    ['100.64.0.1', 'shared'],
    ['100.128.0.1', null],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['192.0.0.8', 'reserved'],
    ['100::1', 'reserved'],
    ['2001:2::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['::ffff:1.1.1.1', 'mapped'],
    ['::ffff:127.0.0.1', 'mapped'],
    ['::ffff:a9fe:a9fe', 'mapped'],
    ['::ffff:0:1.1.1.1', 'mapped'],
    ['::127.0.0.1', 'mapped'],
    ['::7f00:1', 'mapped'],
    ['64:ff9b::1.1.1.1', null],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::169.254.169.254', 'metadata'],
    ['2002:0101:0101::1', null],
    ['2002:7f00:1::1', 'loopback'],
    ['2002:a9fe:a9fe::', 'metadata'],
    ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', null],
    ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'loopback'],
    ['2001:0:a00:1:8000:63bf:f7f7:f7f7', 'private'],
    ['127.1', 'malformed'],
    ['0177.0.0.1', 'malformed'],
    ['2130706433', 'malformed'],
    ['home.example', 'malformed'],
    ['[::1]', 'malformed'],
    ['', 'malformed'],
  ] as const)('%s: %s', ([address, reason]) => {
    expect(forbiddenAddress(address, [])).toBe(reason);
  });
});

describe('a site allows', () => {
  test.for([
    ['127.0.0.1', ['127.0.0.0/8'], null],
    ['::1', ['127.0.0.0/8'], 'loopback'],
    ['::1', ['127.0.0.0/8', '::1/128'], null],
    ['10.1.2.3', ['10.1.0.0/16'], null],
    ['10.2.2.3', ['10.1.0.0/16'], 'private'],
    ['10.1.2.3', ['10.1.2.3'], null],
    ['64:ff9b::10.1.2.3', ['10.1.0.0/16'], null],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], 'mapped'],
    ['::ffff:10.1.2.3', ['::ffff:0:0/96'], null],
    ['169.254.169.254', ['0.0.0.0/0'], 'metadata'],
    ['169.254.169.254', ['169.254.169.254/32'], null],
    ['fd00:ec2::254', ['fc00::/7'], 'metadata'],
    ['1.1.1.1', ['10.0.0.0/8'], null],
  ] as const)('%s by %j: %s', ([address, allow, reason]) => {
    expect(forbiddenAddress(address, allow)).toBe(reason);
  });
});

// Node's own matcher, fed with the ranges in another notation, is the second opinion.
const special = new BlockList();
for (const [first, last] of [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['224.0.0.0', '255.255.255.255'],
] as const) {
  special.addRange(first, last);
}
const edges = fc.constantFrom(0, 10, 100, 127, 168, 169, 172, 192, 198, 224, 255);
const octet = fc.integer({ min: 0, max: 255 });
const second = fc.oneof(octet, fc.constantFrom(0, 16, 18, 19, 31, 32, 63, 64, 88, 127, 128, 168, 254));
const third = fc.oneof(octet, fc.constantFrom(0, 99, 129, 169));
const last = fc.oneof(octet, fc.constantFrom(16, 254));
const ipv4 = fc.tuple(fc.oneof(octet, edges), second, third, last).map((octets) => octets.join('.'));
const words = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};
const inverted = (address: string): string =>
  address
    .split('.')
    .map((part) => 255 - Number(part))
    .join('.');

describe('for every IPv4 address', () => {
  test('the answer agrees with a second opinion', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(forbiddenAddress(address, []) !== null, address).toBe(special.check(address));
      }),
      { numRuns: 5000 },
    );
  });

  test('no IPv6 form of a forbidden one is better than itself', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const reason = forbiddenAddress(address, []);
        const forms = [
          `64:ff9b::${words(address)}`,
          `2002:${words(address)}::1`,
          `2001:0:101:101:0:0:${words(inverted(address))}`,
        ];
        for (const form of forms) expect(forbiddenAddress(form, []), form).toBe(reason);
      }),
      { numRuns: 2000 },
    );
  });

  test('mapped forms are refused, however they are written', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        for (const form of [
          `::ffff:${address}`,
          `::ffff:${words(address)}`,
          `0:0:0:0:0:ffff:${words(address)}`,
        ]) {
          expect(forbiddenAddress(form, ['0.0.0.0/0']), form).toBe('mapped');
        }
      }),
    );
  });

  test('allowing it alone allows it, and nothing else that was forbidden', () => {
    fc.assert(
      fc.property(ipv4, ipv4, (address, other) => {
        expect(forbiddenAddress(address, [`${address}/32`])).toBeNull();
        const expected = address === other ? null : forbiddenAddress(other, []);
        expect(forbiddenAddress(other, [`${address}/32`])).toBe(expected);
      }),
    );
  });
});

describe('for every text', () => {
  test('only what the system takes for an address can be allowed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4Extended(), fc.ipV6()), (text) => {
        const isMalformed = forbiddenAddress(text, ['0.0.0.0/0', '::/0']) === 'malformed';
        expect(isMalformed, text).toBe(isIP(text) === 0);
      }),
    );
  });

  test('host and port survive being written and read', () => {
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((text) => text.toLowerCase()),
      fc.domain(),
    );
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const endpoint = { host: name.toLowerCase(), port };
        expect(parseHostPort(formatHostPort(endpoint))).toEqual(endpoint);
      }),
    );
  });
});

test.for([
  ['10.0.0.0/8', true],
  ['::1/128', true],
  ['10.0.0.1', true],
  ['10.0.0.0/33', false],
  ['10/8', false],
  ['home.example', false],
  ['', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
] as const)('%j as a CIDR: %s', ([text, isOne]) => {
  expect(isCidr(text)).toBe(isOne);
});

test.for([
  ['home.example:30303', { host: 'home.example', port: 30_303 }],
  ['HOME.example.:1', { host: 'home.example.', port: 1 }],
  ['[2001:DB8::1]:9000', { host: '2001:db8::1', port: 9000 }],
  ['my_host:65535', { host: 'my_host', port: 65_535 }],
  ['127.1:80', null],
  ['0x7f000001:80', null],
  ['1.2.3.4.5:80', null],
  ['[127.0.0.1]:80', null],
  ['::1:80', null],
  ['home.example', null],
  ['home.example:0', null],
  ['home.example:65536', null],
  ['-a.example:1', null],
  ['a..b:1', null],
  ['https://a:1', null],
] as const)('%j as host and port: %j', ([text, endpoint]) => {
  expect(parseHostPort(text)).toEqual(endpoint);
});

// Who is on the other side of a request: the last hop that the platform wrote, and nothing that a caller can claim.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientAddress } from '../../functions/kit/client-address.ts';

test.each([
  ['nothing forwarded', '', '127.0.0.1', '127.0.0.1'],
  ['a mapped peer', '', '::ffff:10.0.0.1', '10.0.0.1'],
  ['no peer either', '', undefined, null],
  ['one entry', '203.0.113.7', '10.0.0.1', '203.0.113.7'],
  ['several', '198.51.100.1,198.51.100.2 , 203.0.113.7', '10.0.0.1', '203.0.113.7'],
  ['with a port', '203.0.113.7:443', undefined, '203.0.113.7'],
  ['v6', '2001:DB8::7', undefined, '2001:db8::7'],
  ['v6 in brackets', '[2001:db8::7]', undefined, '2001:db8::7'],
  ['v6 with a port', '[2001:db8::7]:443', undefined, '2001:db8::7'],
  ['a name', 'localhost', '10.0.0.1', null],
  ['unknown', '203.0.113.7, unknown', '10.0.0.1', null],
  ['an empty last entry', '203.0.113.7,', '10.0.0.1', null],
])('%s', (_name, forwarded, peer, expected) => {
  expect(clientAddress(forwarded, peer)).toBe(expected);
});

test('whatever a caller writes before the last entry changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.ipV4(), (claimed, address) => {
      expect(clientAddress(`${claimed}, ${address}`, '10.0.0.1')).toBe(address);
    }),
  );
});

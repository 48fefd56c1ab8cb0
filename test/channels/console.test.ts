// The console prints a message so that it can be read, and rings only for a page.
import { expect, test } from 'vitest';
import { console } from '../../functions/channels/console.ts';
import { context, message } from './message.ts';

test('a message is printed in one piece, title first, its lines indented', async () => {
  const printed: string[] = [];
  const delivery = await console.send({}, message, context({ print: (text) => printed.push(text) }));
  expect(delivery).toEqual({ sent: true, detail: 'printed' });
  expect(printed).toEqual([
    '>>> CRITICAL Zuhause – Keller: dark or cut off\n    Dark or cut off.\n    Since 03:14 “Europe/Berlin”.\n',
  ]);
});

test.each([
  ['opened', true],
  ['raised', true],
  ['lowered', false],
  ['resolved', false],
] as const)('a terminal that may ring does for %s: %s', async (kind, rings) => {
  const printed: string[] = [];
  const print = (text: string): number => printed.push(text);
  await console.send({ bell: true }, { ...message, kind }, context({ print }));
  await console.send({}, { ...message, kind }, context({ print }));
  expect(printed.map((text) => text.startsWith('\u0007'))).toEqual([rings, false]);
});

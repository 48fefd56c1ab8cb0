// What the documentation shows of configurations can be written just so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { channels } from '../../functions/channels/registry.ts';
import { formatProblems, parseConfig } from '../../functions/config/config.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/get-paged.md'), 'utf8');
const pulse = readFileSync(join(import.meta.dirname, '../../docs/the-houses-pulse.md'), 'utf8');
const standbys = readFileSync(join(import.meta.dirname, '../../docs/standbys.md'), 'utf8');
const view = readFileSync(join(import.meta.dirname, '../../docs/see-it.md'), 'utf8');
const blocks = [...`${text}${pulse}${standbys}${view}`.matchAll(/^( *)```yaml\n([^]*?)^ *```$/gm)].map(
  ([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);
const sites = 'sites: [{ id: home, targets: [{ id: p2p, probe: tcp, address: "vpn.example.net:30303" }] }]\n';

const phones = ['pager', 'phone', 'neighbour'].map(
  (id) => `  - { id: ${id}, channel: webhook, url: { env: HOOK } }\n`,
);
const chat = '  - { id: chat, channel: telegram, token: { env: TOKEN }, chat: 1 }\n';
const source = (operator: string): string =>
  `{ id: ${operator}, role: chain, chain: ethereum, operator: ${operator}, probe: beacon, url: "https://${operator}.example" }`;
/** With somebody for whom a node can be made. */
const signing = `sites: [{ id: home, targets: [${source('one')}, ${source('two')}], signers: [{ id: eth-1, chain: ethereum, keys: [7] }] }]\n`;
/** What an example does not show is there as well. */
const whole = (block: string): string =>
  [
    /^channels:/m.test(block) ? '' : `channels:\n${phones.join('')}${chat}`,
    block,
    /^sites:/m.test(block) ? '' : /^standbys:/m.test(block) ? signing : sites,
  ].join('');

test.each(blocks)('%s', (block) => {
  const parsed = parseConfig(whole(block));
  expect(parsed.ok ? '' : formatProblems(parsed.problems, 'docs/get-paged.md')).toBe('');
});

test('each channel has a section of its own, and all but the console an example in it', () => {
  const sections = [...text.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  for (const name of Object.keys(channels)) expect(sections, name).toContain(name);
  const shown = blocks
    .filter((block) => block.startsWith('channels:'))
    .flatMap((block) => [...block.matchAll(/channel: (\w+)/g)].map(([, name]) => name));
  expect(new Set([...shown, 'console'])).toEqual(new Set(Object.keys(channels)));
});

// The channels that the documentation shows can be written just so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { channels } from '../../functions/channels/registry.ts';
import { formatProblems, parseConfig } from '../../functions/config/config.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/get-paged.md'), 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block ?? '');
const sites = 'sites: [{ id: home, targets: [{ id: p2p, probe: tcp, address: "vpn.example.net:30303" }] }]\n';

test.each(blocks)('%s', (block) => {
  const parsed = parseConfig(`${block}${sites}`);
  expect(parsed.ok ? '' : formatProblems(parsed.problems, 'docs/get-paged.md')).toBe('');
});

test('each channel has a section of its own, and all but the console an example in it', () => {
  const sections = [...text.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  for (const name of Object.keys(channels)) expect(sections, name).toContain(name);
  const shown = blocks.flatMap((block) => [...block.matchAll(/channel: (\w+)/g)].map(([, name]) => name));
  expect(new Set([...shown, 'console'])).toEqual(new Set(Object.keys(channels)));
});

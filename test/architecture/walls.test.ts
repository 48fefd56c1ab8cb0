// The linter holds the walls between rooms: each planted breach is found, and what is allowed passes.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'watchdog-walls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Planted = readonly [file: string, code: string, isBreach: boolean];
const uses = (from: string, kind = ''): string =>
  `import ${kind}{ x } from '${from}';\nexport type Y = typeof x;\n`;

const planted: readonly Planted[] = [
  ['functions/domain/a.ts', uses('./b.ts'), false],
  // Who may sign is written by a person's hand, which no function has.
  ['functions/flows/keys.ts', uses('../../cli/keys.ts'), true],
  ['functions/entry/keys.ts', uses('../../cli/keys.ts'), true],
  ['functions/stores/keyring.ts', uses('../../cli/keys.ts'), true],
  ['functions/cloud/keys.ts', uses('../../cli/machine.ts'), true],
  ['local/keys.ts', uses('../cli/keys.ts'), true],
  ['functions/domain/b.ts', uses('../kit/clock.ts'), true],
  ['functions/domain/c.ts', uses('zod'), true],
  ['functions/domain/d.ts', uses('node:fs'), true],
  ['functions/domain/e.ts', 'export const at = Date.now();\n', true],
  ['functions/domain/f.ts', 'export const by = process.env;\n', true],
  ['functions/kit/f.ts', 'export const from = (request: { ip: string }): string => request.ip;\n', true],
  ['functions/entry/f.ts', 'export const from = (req: { ips: string[] }): string[] => req.ips;\n', true],
  ['functions/kit/a.ts', uses('../domain/a.ts'), true],
  ['functions/kit/b.ts', uses('../wire/read.ts'), true],
  ['functions/kit/net/a.ts', uses('../error.ts'), false],
  ['functions/kit/net/b.ts', uses('../../wire/read.ts'), true],
  ['functions/kit/net/c.ts', uses('../../domain/a.ts'), true],
  ['functions/wire/a.ts', uses('./read.ts'), false],
  ['functions/wire/b.ts', uses('zod'), false],
  ['functions/wire/c.ts', uses('../domain/a.ts'), true],
  ['functions/wire/d.ts', uses('../kit/error.ts'), true],
  ['functions/wire/e.ts', uses('../kit/error.ts', 'type '), true],
  ['functions/wire/f.ts', uses('undici'), true],
  ['functions/wire/g.ts', uses('node:fs'), true],
  ['functions/wire/h.ts', 'export const at = Date.now();\n', true],
  ['functions/domain/g.ts', uses('../wire/read.ts'), true],
  ['functions/views/a.ts', uses('../domain/a.ts'), false],
  ['functions/views/b.ts', uses('../kit/clock.ts'), true],
  ['functions/probes/a.ts', uses('../kit/clock.ts'), false],
  ['functions/probes/c.ts', uses('../wire/beacon.ts'), false],
  ['functions/probes/d.ts', uses('../chains/chain.ts'), true],
  ['functions/channels/b.ts', uses('../wire/read.ts'), true],
  ['functions/stores/b.ts', uses('../wire/read.ts'), true],
  ['functions/cloud/b.ts', uses('../wire/read.ts'), true],
  ['functions/chains/a.ts', uses('../wire/read.ts'), false],
  ['functions/chains/b.ts', uses('../probes/probe.ts'), true],
  ['functions/chains/ethereum/a.ts', uses('../../wire/beacon.ts'), false],
  ['functions/chains/ethereum/b.ts', uses('../../probes/probe.ts'), true],
  ['functions/chains/ethereum/c.ts', uses('../ask.ts'), false],
  ['functions/chains/ethereum/d.ts', uses('../../flows/watch.ts'), true],
  ['functions/views/c.ts', uses('../wire/read.ts'), true],
  ['functions/config/c.ts', uses('../wire/ethereum-network.ts'), true],
  ['functions/flows/h.ts', uses('../wire/read.ts'), true],
  ['functions/entry/c.ts', uses('../wire/read.ts'), true],
  ['functions/probes/b.ts', uses('../channels/registry.ts'), true],
  ['functions/channels/a.ts', uses('../probes/registry.ts'), true],
  ['functions/stores/a.ts', uses('../flows/watch.ts'), true],
  ['functions/cloud/a.ts', uses('../stores/store.ts'), true],
  ['functions/config/a.ts', uses('../probes/registry.ts'), false],
  ['functions/config/b.ts', uses('../flows/watch.ts'), true],
  ['functions/flows/a.ts', uses('../probes/probe.ts', 'type '), false],
  ['functions/flows/b.ts', uses('../probes/probe.ts'), true],
  ['functions/flows/c.ts', uses('../probes/run.ts', 'type '), true],
  ['functions/flows/d.ts', uses('../config/config.ts'), true],
  ['functions/flows/e.ts', uses('../../lab/lab.ts'), true],
  ['functions/flows/f.ts', 'export const at = Date.now();\n', true],
  ['functions/flows/g.ts', "export const answer = fetch('http://127.0.0.1');\n", true],
  ['functions/entry/a.ts', uses('../flows/watch.ts'), false],
  ['functions/entry/b.ts', uses('../domain/a.ts'), true],
  ['cli/a.ts', uses('../lab/lab.ts'), true],
  ['local/a.ts', uses('../lab/lab.ts'), true],
  ['local/b.ts', uses('../functions/entry/watch.ts'), false],
  ['test/a.test.ts', "import { vi } from 'vitest';\nvi.mock('./x.ts');\n", true],
];

const report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });
const found = new Map<string, string[]>();

function lint(): string {
  try {
    const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', '.'];
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    // It ends with 1 when it has found something, and that is what it is for.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
    throw error;
  }
}

beforeAll(() => {
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, code] of planted) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  for (const { code, filename } of report.parse(JSON.parse(lint())).diagnostics) {
    if (code.includes('no-restricted')) found.set(filename, [...(found.get(filename) ?? []), code]);
  }
});

test.each(planted)('%s: %j, a breach: %s', (file, _code, isBreach) => {
  expect(found.get(file) ?? []).toHaveLength(isBreach ? 1 : 0);
});

// What keepalived runs beside itself, on dash, with curl: when an API server counts as well, and what is told of who holds the address.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { runDash } from './dash.ts';
import { watchdogServer, type WatchdogServer } from './watchdog-server.ts';

const program = fileURLToPath(
  new URL('../../basement/ansible/roles/keepalived/files/basement-vip', import.meta.url),
);

const run = async (...args: readonly string[]): Promise<number | null> =>
  (await runDash([program, ...args], { PATH: process.env['PATH'] })).code;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'watchdog-vip-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Any server with a certificate that nobody trusts will do. */
async function api(): Promise<WatchdogServer> {
  const server = await watchdogServer(folder());
  onTestFinished(() => server.close());
  return server;
}

describe.skipIf(lacksPrograms('dash', 'curl'))('basement-vip', () => {
  test('an API server is well when each of its addresses answers with success, and in time', async () => {
    const server = await api();
    const urls = [`https://127.0.0.1:${server.port}/readyz`, `https://127.0.0.1:${server.port}/ping`];
    expect(await run('check', ...urls)).toBe(0);
    expect(server.heard.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /readyz', 'GET /ping']);
    server.answer(500);
    expect(await run('check', ...urls)).toBe(1);
    server.answer(401);
    expect(await run('check', ...urls)).toBe(1);
    server.answer(200, 503);
    expect(await run('check', ...urls)).toBe(1);
    server.answer(null);
    expect(await run('check', ...urls)).toBe(1);
    expect(await run('check', 'https://127.0.0.1:9/readyz')).toBe(1);
  });

  test('who holds the address is a metric', async () => {
    const at = folder();
    expect(await run('notify', at, '192.0.2.50', 'INSTANCE', 'api', 'MASTER', '100')).toBe(0);
    const file = join(at, 'vip.prom');
    expect(readFileSync(file, 'utf8')).toContain('\nbasement_vip_holder{address="192.0.2.50"} 1\n');
    await run('notify', at, '192.0.2.50', 'INSTANCE', 'api', 'BACKUP', '100');
    expect(readFileSync(file, 'utf8')).toContain('\nbasement_vip_holder{address="192.0.2.50"} 0\n');
    expect(readdirSync(at)).toEqual(['vip.prom']);
  });

  test('anything else is refused, and help is there', async () => {
    expect(await Promise.all([run(), run('chek'), run('notify', '/nowhere'), run('--help')])).toEqual([
      2, 2, 2, 0,
    ]);
  });
});

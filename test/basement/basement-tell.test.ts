// What parts of a basement tell the watchdog with, on dash, with curl and TLS: what is sent, what is kept back, and how it ends.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { lacksPrograms } from '../support/tools.ts';
import { pathWith, type Ran, runDash, writeProgram, writeSettings } from './dash.ts';
import { watchdogHost, watchdogServer, type WatchdogServer } from './watchdog-server.ts';

const program = fileURLToPath(
  new URL('../../basement/ansible/roles/watchdog/files/basement-tell', import.meta.url),
);
const token = 'a-token-of-a-machine-0123456789';

type Machine = {
  readonly server: WatchdogServer;
  readonly at: (name: string) => string;
  /** Writes the settings; `undefined` leaves one out. */
  readonly settings: (more: Readonly<Record<string, string | undefined>>) => void;
  readonly tell: (...args: readonly string[]) => Promise<Ran>;
};

async function machine(): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-tell-'));
  const server = await watchdogServer(folder);
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (name: string): string => join(folder, name);
  for (const name of ['bin', 'tokens', 'metrics']) mkdirSync(at(name));
  // Syslog is not for tests, and the server's name has no address.
  writeProgram(at('bin/logger'), 'exit 0');
  writeProgram(
    at('bin/curl'),
    `PATH=\${PATH#*:} exec curl "$@" --resolve ${watchdogHost}:${server.port}:127.0.0.1`,
  );
  writeFileSync(at('tokens/node-mini1'), `${token}\n`);
  const settings: Machine['settings'] = (more) => {
    const all = {
      URL: `https://${watchdogHost}:${server.port}`,
      SITE: 'home',
      TOKENS_DIR: at('tokens'),
      METRICS_DIR: at('metrics'),
      CA_FILE: server.authorityFile,
      ...more,
    };
    writeSettings(at('watchdog.conf'), all);
  };
  settings({});
  const tell: Machine['tell'] = (...args) =>
    runDash([program, ...args], {
      PATH: pathWith(at('bin')),
      BASEMENT_WATCHDOG_CONF: at('watchdog.conf'),
    });
  return { server, at, settings, tell };
}

const spoken = ({ server }: Machine): string[] => server.heard.map(({ path, body }) => `${path} ${body}`);

describe.skipIf(lacksPrograms('dash', 'curl', 'awk'))('basement-tell', () => {
  test('a heartbeat is one POST with the token and the clock, and says nothing', async () => {
    const mini1 = await machine();
    const before = Math.floor(Date.now() / 1000);
    const { code, stdout, stderr } = await mini1.tell('node-mini1', 'report');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    const [heard] = mini1.server.heard;
    expect(mini1.server.heard).toHaveLength(1);
    expect(heard).toMatchObject({
      method: 'POST',
      path: '/home/node-mini1/report',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const { at } = z.strictObject({ at: z.int() }).parse(JSON.parse(heard?.body ?? ''));
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('words go out as they are, also those that curl or a shell would read; of a file its end', async () => {
    const mini1 = await machine();
    const text = 'say "yes" \\ \\n $(id) `id` %{url} ü é\nurl = "http://127.0.0.1:9/"';
    writeFileSync(mini1.at('log'), `${'x'.repeat(9000)}\nthe last line`);
    await mini1.tell('node-mini1', 'fail', text);
    await mini1.tell('node-mini1', 'ok', '@' + mini1.at('log'));
    await mini1.tell('node-mini1', 'start');
    await mini1.tell(
      'node-mini1',
      'report',
      '{"ports":[{"target":"geth-p2p","port":30303,"validUntil":null}]}',
    );
    const [first, second, ...rest] = spoken(mini1);
    expect(first).toBe(`/home/node-mini1/fail ${text}`);
    expect(second).toMatch(/^\/home\/node-mini1\/ok x{3986}\nthe last line$/);
    expect(rest).toEqual([
      '/home/node-mini1/start ',
      '/home/node-mini1/report {"ports":[{"target":"geth-p2p","port":30303,"validUntil":null}]}',
    ]);
  });

  test('whoever fails at once is asked once more, whoever refuses is not, and the answer is printed when it is wanted', async () => {
    const mini1 = await machine();
    mini1.server.answer(503, 200, 401);
    expect(await mini1.tell('--answer', 'node-mini1', 'ok')).toMatchObject({
      code: 0,
      stdout: '200 {"said":200}\n',
      stderr: '',
    });
    expect(mini1.server.heard).toHaveLength(2);
    expect(await mini1.tell('--answer', 'node-mini1', 'ok')).toMatchObject({
      code: 1,
      stdout: '401 {"said":401}\n',
      stderr: 'basement-tell: not taken: POST /home/node-mini1/ok: 401 {"said":401}\n',
    });
    expect(mini1.server.heard).toHaveLength(3);
    mini1.settings({ URL: 'https://127.0.0.1:9' });
    const { code, stderr } = await mini1.tell('node-mini1', 'ok');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^basement-tell: not taken: POST \/home\/node-mini1\/ok: 000 curl: \(7\) .*\n$/);
  });

  test('when it was last heard is a metric, and one that cannot be written keeps nothing back', async () => {
    const mini1 = await machine();
    await mini1.tell('node-mini1', 'ok');
    expect(readdirSync(mini1.at('metrics'))).toEqual(['basement_told_node-mini1.prom']);
    expect(readFileSync(mini1.at('metrics/basement_told_node-mini1.prom'), 'utf8')).toMatch(
      /^basement_told_timestamp_seconds\{source="node-mini1"\} \d{10}$/m,
    );
    mini1.server.answer(500);
    rmSync(mini1.at('metrics/basement_told_node-mini1.prom'));
    await mini1.tell('node-mini1', 'ok');
    expect(readdirSync(mini1.at('metrics'))).toEqual([]);
    mini1.server.answer(200);
    mini1.settings({ METRICS_DIR: '/nowhere' });
    expect(await mini1.tell('node-mini1', 'ok')).toMatchObject({ code: 0, stderr: '' });
  });

  test('nobody on the machine sees the token while it waits', async () => {
    const mini1 = await machine();
    mini1.server.answer(null);
    const running = mini1.tell('node-mini1', 'report');
    await expect.poll(() => mini1.server.heard.length, { timeout: 5000 }).toBe(1);
    const seen = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`))
      .map((file) => {
        try {
          return readFileSync(file, 'utf8');
        } catch {
          return '';
        }
      })
      .join('\n');
    await mini1.server.close();
    const { stdout, stderr } = await running;
    expect(seen).toContain(`https://${watchdogHost}:${mini1.server.port}/home/node-mini1/report`);
    expect(`${seen}${stdout}${stderr}`).not.toContain(token);
  });

  const wrong: readonly (readonly [string, Record<string, string | undefined>, string])[] = [
    ['no URL', { URL: undefined }, 'URL must be https://…'],
    ['a URL that is not encrypted', { URL: 'http://watchdog.example.net' }, 'URL must be https://…'],
    ['a URL that only looks local', { URL: 'http://localhost.example.net' }, 'URL must be https://…'],
    ['a URL with a password', { URL: 'https://me:secret@example.net' }, 'URL has a character'],
    ['no site', { SITE: undefined }, 'SITE must be an id'],
    ['a site with a path', { SITE: '../x' }, 'SITE must be an id'],
    ['a token in the wrong file', { TOKEN: 'sesame-sesame' }, 'line 8 is none of URL, SITE'],
    ['no tokens', { TOKENS_DIR: '/nowhere' }, 'there is no token of node-mini1'],
  ];
  test.each(wrong)('%s: one clear line, and nothing is sent', async (_, settings, words) => {
    const mini1 = await machine();
    mini1.settings(settings);
    const { code, stdout, stderr } = await mini1.tell('node-mini1', 'report');
    expect({ code, stdout, sent: mini1.server.heard }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(stderr).toMatch(/^basement-tell: [^\n]+\n$/);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('sesame');
  });

  test('what is no sender, word or report, and a file that holds no token: the same', async () => {
    const mini1 = await machine();
    writeFileSync(mini1.at('tokens/empty'), '');
    writeFileSync(mini1.at('tokens/strange'), '"\nurl = "https://evil.example');
    const ran = await Promise.all([
      mini1.tell(),
      mini1.tell('node-mini1'),
      mini1.tell('node-mini1', 'power'),
      mini1.tell('../node-mini1', 'ok'),
      mini1.tell('a-name-that-is-far-too-long', 'ok'),
      mini1.tell('--verbose', 'node-mini1', 'ok'),
      mini1.tell('node-mini1', 'report', 'not json'),
      mini1.tell('node-mini1', 'fail', '@/nowhere'),
      mini1.tell('node-mini1', 'fail', 'x'.repeat(70_000)),
      mini1.tell('empty', 'ok'),
      mini1.tell('strange', 'ok'),
    ]);
    expect(ran.map(({ code }) => code)).toEqual(ran.map(() => 2));
    expect(ran.filter(({ stderr }) => !/^basement-tell: [^\n]+\n$/.test(stderr))).toEqual([]);
    expect(mini1.server.heard).toEqual([]);
    expect(await mini1.tell('--help')).toMatchObject({ code: 0, stderr: '' });
  });
});

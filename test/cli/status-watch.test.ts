// `watchdog status --watch`: the view in a terminal that is given back as it was, and blocks and lines everywhere else.
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Overview } from '../../functions/views/overview.ts';
import { listen } from '../support/server.ts';
import { nowAt, overview, overviews, site, target } from '../support/overviews.ts';
import { lacksPrograms } from '../support/tools.ts';
import { folder, repository, watchdog } from './command.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Served = {
  readonly url: string;
  /** What is answered from now on. */
  readonly say: (body: string | Overview, status?: number) => void;
  /** How often it was asked. */
  readonly asked: () => number;
  /** Waits until it was asked so many times more. */
  readonly askedAgain: (times: number) => Promise<void>;
  readonly seen: { readonly path: string; readonly authorization: string }[];
};

async function serving(first: string | Overview, status = 200): Promise<Served> {
  const text = (body: string | Overview): string => (typeof body === 'string' ? body : JSON.stringify(body));
  let answer = { body: text(first), status };
  const seen: Served['seen'] = [];
  let wake: () => void = () => undefined;
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '' });
    wake();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  const { address, close } = await listen(server);
  closing.push(close);
  return {
    url: `http://${address}/`,
    say: (body, code = 200) => {
      answer = { body: text(body), status: code };
    },
    asked: () => seen.length,
    askedAgain: async (times) => {
      const enough = seen.length + times;
      while (seen.length < enough) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    seen,
  };
}

type Running = {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until this is so, and looks whenever something was written. */
  readonly until: (what: string, isSo: () => boolean) => Promise<void>;
  /** Waits until what was written since `from` characters shows it. */
  readonly shows: (text: string | RegExp, from?: number) => Promise<number>;
  readonly code: Promise<number | null>;
};

function running(child: ChildProcess): Running {
  let [out, err] = ['', ''];
  let wake: () => void = () => undefined;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    wake();
  });
  const code = new Promise<number | null>((resolve) => {
    child.on('close', (ended) => {
      resolve(ended);
      wake();
    });
  });
  closing.push(() => {
    child.kill('SIGKILL');
  });
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      if (child.exitCode !== null) throw new Error(`it ended before ${what}:\n${out}${err}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    child,
    out: () => out,
    err: () => err,
    code,
    until,
    shows: async (text, from = 0) => {
      const said = (): string => stripVTControlCharacters((out + err).slice(from));
      await until(`it shows ${String(text)}`, () =>
        typeof text === 'string' ? said().includes(text) : text.test(said()),
      );
      return (out + err).length;
    },
  };
}

const environment = {
  PATH: process.env['PATH'] ?? '',
  TZ: 'Europe/Berlin',
  TERM: 'xterm-256color',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  NODE_COMPILE_CACHE: join(repository, 'node_modules/.cache/watchdog'),
};

const main = join(repository, 'cli/main.ts');

function piped(args: readonly string[]): Running {
  return running(
    spawn(process.execPath, [main, 'status', '--watch', ...args], {
      cwd: repository,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

type OnTerminal = Running & {
  readonly type: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Sends a signal to the command, not to what it runs in. */
  readonly kill: (signal: NodeJS.Signals) => void;
};

/** On a terminal of its own, 100 columns wide and 50 lines high. */
async function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<OnTerminal> {
  const { path, remove } = folder();
  closing.push(remove);
  const place = join(path, 'tty');
  const command = [process.execPath, main, 'status', '--watch', ...args].map((each) => `'${each}'`).join(' ');
  const line = `stty rows 50 cols 100; tty > '${place}'; (echo $BASHPID > '${place}.pid'; exec ${command}); echo "ended with $?"`;
  const run = running(
    spawn('script', ['-qfec', line, '/dev/null'], {
      cwd: repository,
      env: { ...environment, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  return {
    ...run,
    type: (keys) => run.child.stdin?.write(keys),
    kill: (signal) => {
      process.kill(Number(readFileSync(`${place}.pid`, 'utf8')), signal);
    },
    resize: (columns, rows) => {
      const tty = readFileSync(place, 'utf8').trim();
      execFileSync('stty', ['-F', tty, 'cols', String(columns), 'rows', String(rows)]);
    },
  };
}

const entered = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const left = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/** What is on the screen after the last time that it was drawn. The terminal itself makes two returns of one. */
const lastScreen = (out: string): string =>
  stripVTControlCharacters((out.split('\u001b[H').at(-1) ?? '').split('\u001b[J')[0] ?? '').replaceAll(
    '\r\r\n',
    '\r\n',
  );

/** The same once all of it has arrived. */
async function wholeScreen({ out, until }: Pick<Running, 'out' | 'until'>): Promise<string> {
  await until('the screen is whole', () => (out().split('\u001b[H').at(-1) ?? '').includes('\u001b[J'));
  return lastScreen(out());
}

describe.skipIf(lacksPrograms('script', 'stty'))('on a terminal', () => {
  test('the view is drawn in place with the words of the page, and Ctrl-C gives the terminal back', async () => {
    const { url, say } = await serving(overviews['all well']);
    const terminal = await onTerminal(['--url', url, '--every', '2s']);
    const first = await terminal.shows('every message was taken');
    expect(terminal.out().startsWith(entered)).toBe(true);
    expect(await wholeScreen(terminal)).toContain('All is well since');
    say(overviews.dark);
    await terminal.shows('Anna is on it', first);
    const screen = await wholeScreen(terminal);
    expect(screen).toContain('✗ Dark  Home');
    expect(screen).toContain('as of 03:14 (02:14 UTC) Europe/Berlin');
    expect(screen).toContain('✓ VPN exit answers → ✗ house dark');
    expect(screen).not.toContain('All is well');
    terminal.type('\u0003');
    await terminal.shows('ended with 0');
    expect(terminal.out()).toContain(`${left}ended with 0`);
    expect(terminal.out().split(entered).length).toBe(2);
  });

  test('what does not fit is reached by keys, and a new size is drawn at once', async () => {
    const { url, asked } = await serving(overviews.dark);
    const terminal = await onTerminal(['--url', url, '--every', '1h']);
    await terminal.shows('below; arrows move');
    expect((await wholeScreen(terminal)).split('\r\n').length).toBe(50);
    terminal.type('G');
    const isAtTheEnd = (): boolean => /-- \d+ above; arrows/.test(lastScreen(terminal.out()));
    await terminal.until('the end of it is drawn', isAtTheEnd);
    expect(isAtTheEnd()).toBe(true);
    terminal.resize(60, 12);
    const lines = (): string[] => lastScreen(terminal.out()).split('\r\n');
    await terminal.until(
      'it is drawn again',
      () => lines().length === 12 && lines().every(({ length }) => length <= 60),
    );
    expect(lines()).toHaveLength(12);
    expect(asked()).toBe(1);
    terminal.type('q');
    await terminal.shows('ended with 0');
  });

  test('what was known stays while nobody answers, and it goes on when somebody does', async () => {
    const { url, say } = await serving(overviews['all well']);
    const terminal = await onTerminal(['--url', url, '--every', '2s']);
    await terminal.shows('every message was taken');
    say('no', 500);
    await terminal.shows('not answered since');
    const screen = await wholeScreen(terminal);
    expect(screen).toMatch(/not answered since \d\d:\d\d \(.*UTC\), for \d+ s/);
    expect(screen).toContain('answered with 500');
    expect(screen).toContain('OLD');
    expect(screen).toContain('All is well');
    say(overviews.dark);
    await terminal.shows('✗ Dark  Home');
    expect(await wholeScreen(terminal)).not.toContain('not answered');
    terminal.child.kill('SIGTERM');
  });

  test('a signal that ends it gives the terminal back first', async () => {
    const { url } = await serving(overviews['all well']);
    const terminal = await onTerminal(['--url', url, '--every', '2s']);
    await terminal.shows('every message was taken');
    terminal.kill('SIGTERM');
    await terminal.shows('ended with 143');
    expect(terminal.out()).toContain(left);
  });

  test('NO_COLOR and a terminal without UTF-8 get words and ASCII only', async () => {
    const { url } = await serving(overviews.dark);
    const terminal = await onTerminal(['--url', url], { LANG: 'C', NO_COLOR: '1' });
    await terminal.shows('below; arrows move');
    expect(terminal.out()).not.toMatch(/\[[0-9;]*m/);
    expect(Buffer.from(terminal.out()).every((byte) => byte < 128)).toBe(true);
    expect(await wholeScreen(terminal)).toContain('x Dark  Home');
    terminal.type('q');
    await terminal.shows('ended with 0');
  });
});

describe('anywhere else', () => {
  test('a block comes only when something changed, without colour, and Ctrl-C ends it with 0', async () => {
    const { url, say, askedAgain } = await serving(overviews['all well']);
    const run = piped(['--url', url, '--every', '2s']);
    await run.shows('every message was taken');
    const slower = site({ targets: [target({ latencyMs: 99, p50Ms: 90, p95Ms: 200 })] });
    // How fast something answers is no news, and neither is a later look.
    say(
      overview([{ ...overviews['all well'].sites[0], ...site(), lastTickAt: nowAt + 60_000 }], {
        at: nowAt + 60_000,
      }),
    );
    // The answer before the third question was told of, if it was to be.
    await askedAgain(2);
    expect(run.out().split('Basement watchdog').length).toBe(2);
    say(overview([slower]));
    await run.shows(/Basement watchdog[^]*Basement watchdog/);
    expect(run.out()).not.toContain('\u001b');
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
    expect(run.err()).toBe('');
  });

  test('says once that nobody answers, goes on trying, and says when somebody does again', async () => {
    const { url, say, askedAgain } = await serving('<html>', 502);
    const run = piped(['--url', url, '--every', '2s']);
    await run.shows('trying again');
    say('{"a":1}');
    await askedAgain(2);
    say(overviews['all well']);
    await run.shows('every message was taken');
    expect(run.err().match(/trying again/g)).toHaveLength(1);
    expect(run.err()).toContain('it answers again');
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
  });

  test('as JSON there is one line for each answer', async () => {
    const { url, seen } = await serving(overviews.dark);
    const run = piped(['--url', url, '--every', '2s', '--json']);
    await run.shows(/\n[^]*\n/);
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
    const [first = '', second = ''] = run.out().split('\n');
    expect(JSON.parse(first)).toEqual(JSON.parse(JSON.stringify(overviews.dark)));
    expect(second).toBe(first);
    expect(seen[0]).toEqual({ path: '/overview', authorization: '' });
  });

  test('a wrong call ends at once with 2', async () => {
    const { url } = await serving('{"error":"no"}', 401);
    expect(await watchdog(['status', '--watch', '--url', url])).toMatchObject({
      code: 2,
      err: expect.stringContaining('wants a token'),
    });
    expect(await watchdog(['status', '--watch'])).toMatchObject({ code: 2 });
    expect(await watchdog(['status', '--watch', '--every', '1s', '--url', url])).toMatchObject({
      code: 2,
      err: expect.stringContaining('It must be from 2s to 1h.'),
    });
  });
});

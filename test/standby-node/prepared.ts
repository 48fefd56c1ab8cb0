// A pretend machine for what prepares a standby and what wipes one: its disk is a directory, programs that need a real disk are fakes on PATH, and others answer from loopback.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from '../support/server.ts';

const programs = fileURLToPath(
  new URL('../../terraform/modules/standby/node/root/common/usr/local/sbin/', import.meta.url),
);
const wrapper = fileURLToPath(new URL('with.py', import.meta.url));

export const isRoot = process.getuid?.() === 0;

export type Ended = {
  readonly code: number;
  readonly errors: string;
  /** What the agent would read. */
  readonly note: string;
};

export type Order = {
  readonly settings?: Readonly<Record<string, string>>;
  /** Anything of the program that a test replaces. */
  readonly replace?: Readonly<Record<string, unknown>>;
  /** It is killed as soon as this is so. */
  readonly until?: () => boolean;
};

export type Prepared = {
  readonly folder: string;
  /** The data disk. */
  readonly root: string;
  readonly path: (name: string) => string;
  readonly put: (name: string, content: string) => string;
  readonly read: (name: string) => string;
  /** A program that is found before the real one, in the words of a shell. It writes its call down first. */
  readonly fake: (name: string, script: string) => void;
  /** What the fakes were called with, one line each, since the last time that this was asked. */
  readonly calls: () => readonly string[];
  readonly boot: (step: string, order?: Order) => Promise<Ended>;
  readonly wipe: (order?: Order) => Promise<Ended>;
  readonly close: () => void;
};

export function prepareMachine(): Prepared {
  const folder = mkdtempSync(join(tmpdir(), 'standby-boot-'));
  // Users of clients pass through it.
  chmodSync(folder, 0o755);
  const root = join(folder, 'chain');
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  for (const each of [root, bin]) mkdirSync(each);
  writeFileSync(log, '');
  chmodSync(log, 0o666);
  const path = (name: string): string => join(folder, name);
  const read = (name: string): string => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '');
  const run = (program: string, args: readonly string[], constants: object, order: Order): Promise<Ended> =>
    new Promise((resolve) => {
      const replace = { ROOT: root, RUN: path('run'), ...constants, ...order.replace };
      const env = {
        PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`,
        HTTP_ON_LOOPBACK: 'yes',
        ...order.settings,
      };
      const all = [wrapper, join(programs, program), JSON.stringify(replace), '1', ...args];
      const child = execFile('python3', all, { env, timeout: 60_000 }, (error, _stdout, errors) => {
        clearInterval(timer);
        resolve({
          code: error === null ? 0 : Number(error.code ?? -1),
          errors,
          note: read('run/note').trimEnd(),
        });
      });
      const timer = setInterval(() => {
        if (order.until?.() === true) child.kill('SIGKILL');
      }, 10);
    });
  return {
    folder,
    root,
    path,
    read,
    put: (name, content) => {
      const full = path(name);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
      return full;
    },
    fake: (name, script) => {
      const text = `#!/bin/sh\necho "${name} $*" >>'${log}'\ncd '${folder}'\n${script}\n`;
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    },
    calls: () => {
      const lines = read('calls').split('\n').filter(Boolean);
      writeFileSync(log, '');
      return lines;
    },
    boot: (step, order = {}) =>
      run('standby-boot', step.split(' '), { PAUSE_SECONDS: 0.05, DEVICE_SECONDS: 0.4 }, order),
    wipe: (order = {}) =>
      run(
        'standby-wipe',
        [],
        { MARK: path('wiped'), STATE: path('wipe/state'), AGENT: path('bin/agent') },
        order,
      ),
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Files = {
  readonly url: string;
  /** By path. A number is a status; `cut` sends that content and breaks off before it is whole, `stall` never ends. */
  readonly answers: Map<string, Buffer | number | { readonly cut: Buffer } | { readonly stall: Buffer }>;
  readonly asked: string[];
  readonly close: () => Promise<void>;
};

/** A server of files. */
export async function serveFiles(): Promise<Files> {
  const answers: Files['answers'] = new Map();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const answer = answers.get(path) ?? 404;
    if (typeof answer === 'number') {
      response.writeHead(answer, { location: '/elsewhere' }).end();
    } else if (Buffer.isBuffer(answer)) {
      response.end(answer);
    } else if ('cut' in answer) {
      response.writeHead(200, { 'content-length': String(answer.cut.length + 1_000) });
      response.write(answer.cut, () => request.socket.destroy());
    } else {
      response.writeHead(200).write(answer.stall);
    }
  });
  const { address, close } = await listen(server);
  return { url: `http://${address}`, answers, asked, close };
}

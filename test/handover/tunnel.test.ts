// The way to a node through the person's own gcloud: a program in its place carries the port, fails, or never answers.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { openTunnel, type TunnelOptions, tunnelArguments } from '../../cli/tunnel.ts';
import { listen } from '../support/server.ts';

const wordOf = z.object({ pid: z.number(), args: z.array(z.string()).default([]) });

const place = { project: 'basement', zone: 'europe-west1-b', name: 'watchdog-eth-1' };

/** A program that does what the text says, in the place of gcloud; `said` is where it may write. */
function program(text: string): { readonly program: string; readonly said: string } {
  const path = mkdtempSync(join(tmpdir(), 'watchdog-gcloud-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const file = join(path, 'gcloud');
  const said = join(path, 'said');
  const carry = `
    const net = require('node:net');
    const fs = require('node:fs');
    const carry = (said) => {
      const [, local, , to] = process.argv.at(-1).match(/^127\\.0\\.0\\.1:(\\d+):(127\\.0\\.0\\.1):(\\d+)$/);
      net.createServer((socket) => {
        const other = net.connect(Number(to), '127.0.0.1');
        for (const end of [socket, other]) end.on('error', () => { socket.destroy(); other.destroy(); });
        socket.pipe(other).pipe(socket);
      }).listen(Number(local), '127.0.0.1');
      fs.writeFileSync(said, JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }));
    };`;
  writeFileSync(file, `#!${process.execPath}\n${carry}\nconst said = ${JSON.stringify(said)};\n${text}\n`);
  chmodSync(file, 0o755);
  return { program: file, said };
}

const saidOf = (file: string): z.infer<typeof wordOf> => wordOf.parse(JSON.parse(readFileSync(file, 'utf8')));

const open = (over: Partial<TunnelOptions>): ReturnType<typeof openTunnel> =>
  openTunnel({ place, port: 1, signal: new AbortController().signal, ...over });

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a tunnel', () => {
  test('carries what the node says on its loopback, for as long as it is open', async () => {
    const node = await listen(createServer((_, answer) => answer.end('the node')));
    onTestFinished(node.close);
    const { program: gcloud, said } = program('carry(said);');
    const tunnel = await open({ port: node.port, program: gcloud });
    if (!tunnel.ok) throw new Error(tunnel.why);
    const answer = await fetch(tunnel.value.url);
    expect(await answer.text()).toBe('the node');

    const { pid, args } = saidOf(said);
    expect(args.slice(0, -1)).toEqual(tunnelArguments(place, { local: 0, port: 0 }).slice(0, -1));
    expect(args).toContain('--tunnel-through-iap');
    await tunnel.value.close();
    expect(lives(pid)).toBe(false);
    await expect(fetch(tunnel.value.url)).rejects.toThrow('fetch failed');
  });

  const failures = [
    ['there is no such program', null, 'gcloud is not installed here', '--node'],
    [
      'the machine is gone',
      `console.error("ERROR: (gcloud.compute.ssh) Could not fetch resource:\\n - The resource 'watchdog-eth-1' was not found"); process.exit(1);`,
      'was not found',
      'is the machine still there?',
    ],
    [
      'the person may not',
      `console.error("ERROR: Required 'iap.tunnelInstances.accessViaIAP' permission"); process.exit(1);`,
      'permission',
      'roles/iap.tunnelResourceAccessor',
    ],
    [
      'the person is not logged in',
      `console.error('ERROR: You do not currently have an active account selected; to authenticate run login'); process.exit(1);`,
      'active account',
      'gcloud auth login',
    ],
    ['it ends without a word', 'process.exit(255);', 'gcloud said nothing', 'try the same command by hand'],
  ] as const;

  test.each(failures)('says so when %s, and what to do', async (_, text, ...words) => {
    const gcloud = text === null ? '/nowhere/gcloud' : program(text).program;
    const tunnel = await open({ program: gcloud });
    expect(tunnel.ok).toBe(false);
    for (const word of words) expect(tunnel).toMatchObject({ why: expect.stringContaining(word) });
  });

  test('what gcloud says changes no terminal', async () => {
    const tunnel = await open({
      program: program(`console.error('ERROR: \\u001b[2J\\u001b]0;title\\u0007gone'); process.exit(1);`)
        .program,
    });
    if (tunnel.ok) throw new Error('it opened');
    expect(tunnel.why).not.toMatch(/\p{Cc}/u);
    expect(tunnel.why).toContain('gone');
  });

  test('that nobody waits for any more is ended', async () => {
    const { program: gcloud, said } = program(
      `fs.writeFileSync(said, JSON.stringify({ pid: process.pid })); setInterval(() => {}, 1000);`,
    );
    const stop = new AbortController();
    const opened = open({ program: gcloud, signal: stop.signal });
    const { pid } = await vi.waitFor(() => saidOf(said), { timeout: 30_000 });
    stop.abort();
    expect(await opened).toMatchObject({ ok: false });
    expect(lives(pid)).toBe(false);
  });
});

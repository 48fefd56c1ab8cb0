// The script before Lighthouse's first start, on dash with curl and jq: two sources must name the same final block, and it writes nothing.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closedPort, listen } from '../../support/server.ts';
import { lacksPrograms } from '../../support/tools.ts';
import { runDash } from '../dash.ts';

const script = new URL(
  '../../../basement/helm/lighthouse-beacon/files/compare-checkpoint.sh',
  import.meta.url,
).pathname;

const rootOf = (digit: string): string => `0x${digit.repeat(64)}`;

type Checkpoint = { readonly epoch: string; readonly root: string };
type Answer = { readonly status?: number; readonly body: unknown };

type Source = {
  readonly url: string;
  readonly asked: readonly string[];
  /** What it takes for final now; the last one for ever. */
  readonly finalizes: (...checkpoints: readonly Checkpoint[]) => void;
  /** How it answers for the block of this root. */
  readonly knows: (root: string, answer: Answer) => void;
  /** One answer to everything. */
  readonly says: (answer: Answer) => void;
};

let folder = '';
let closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
});
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
  rmSync(folder, { recursive: true });
});

const unknown: Answer = { status: 404, body: { code: 404, message: 'no such block' } };

async function source(): Promise<Source> {
  const asked: string[] = [];
  const blocks = new Map<string, Answer>();
  let final: Checkpoint[] = [];
  let always: Answer | undefined;
  const answerTo = (path: string): Answer => {
    if (always !== undefined) return always;
    if (path === '/eth/v1/beacon/states/head/finality_checkpoints') {
      const [now, ...later] = final;
      if (later.length > 0) final = later;
      return { body: { execution_optimistic: false, finalized: false, data: { finalized: now } } };
    }
    const root = /^\/eth\/v1\/beacon\/blocks\/(0x[0-9a-f]{64})\/root$/.exec(path)?.[1] ?? '';
    return blocks.get(root) ?? unknown;
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const { status = 200, body } = answerTo(path);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const { address, close } = await listen(server);
  closing.push(close);
  return {
    url: `http://${address}`,
    asked,
    finalizes: (...checkpoints) => {
      final = [...checkpoints];
    },
    knows: (root, answer) => blocks.set(root, answer),
    says: (answer) => {
      always = answer;
    },
  };
}

const compare = (first: string, second: string, more: Record<string, string> = {}) =>
  runDash([script], {
    PATH: process.env['PATH'],
    CHECKPOINT_URL: first,
    CHECKPOINT_SECOND_URL: second,
    DATA_DIR: folder,
    WAIT_SECONDS: '0',
    RETRY_SECONDS: '0',
    ...more,
  });

const block = (root: string, more: Record<string, unknown> = {}): Answer => ({
  body: { execution_optimistic: false, finalized: true, data: { root }, ...more },
});

describe.skipIf(lacksPrograms('dash', 'curl', 'jq'))('two sources of a checkpoint', () => {
  test('the same block of the same epoch: Lighthouse may start, and the log says how to pin it', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes({ epoch: '1234', root: rootOf('A') });
    const { code, stdout, stderr } = await compare(`${first.url}/`, second.url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`wssCheckpoint: ${rootOf('a')}:1234`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('another block of the same epoch: nothing starts, and both are named', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes({ epoch: '1234', root: rootOf('b') });
    const { code, stdout } = await compare(first.url, second.url, { WAIT_SECONDS: '600' });
    expect(code).toBe(1);
    expect(stdout).toContain(
      `do not agree on the finalized block of epoch 1234: the first says ${rootOf('a')}, the second ${rootOf('b')}.`,
    );
    expect(stdout).toContain('Nothing is started.');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a second source that is ahead must have the block of the first as final', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes({ epoch: '1236', root: rootOf('c') });
    const cases: readonly (readonly [string, Answer, number])[] = [
      ['final', block(rootOf('a')), 0],
      ['of a server of checkpoints, which says no more', { body: { data: { root: rootOf('a') } } }, 0],
      ['not final', block(rootOf('a'), { finalized: false }), 1],
      ['not verified', block(rootOf('a'), { execution_optimistic: true }), 1],
      ['another one', block(rootOf('d')), 1],
      ['nothing', { body: '' }, 1],
      ['not known', unknown, 1],
    ];
    for (const [name, answer, expected] of cases) {
      second.knows(rootOf('a'), answer);
      const { code } = await compare(first.url, second.url);
      expect(code, name).toBe(expected);
    }
  });

  test('a second source that is behind is waited for', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes(
      { epoch: '1232', root: rootOf('8') },
      { epoch: '1233', root: rootOf('9') },
      { epoch: '1234', root: rootOf('a') },
    );
    const { code, stdout } = await compare(first.url, second.url, { WAIT_SECONDS: '60' });
    expect(code).toBe(0);
    expect(stdout).toContain('the second source is at epoch 1232, and the first at 1234');
    expect(stdout).toContain('Both sources have');
  });

  test('a second source that stays behind: nothing starts', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes({ epoch: '1233', root: rootOf('9') });
    const { code, stdout } = await compare(first.url, second.url);
    expect(code).toBe(1);
    expect(stdout).toContain('Not compared within 0 s: the second source is at epoch 1233');
  });

  test('an answer that says nothing confirms nothing, whichever source it is of', async () => {
    const good = { epoch: '1234', root: rootOf('a') };
    const answers: readonly (readonly [string, Answer])[] = [
      ['not there', unknown],
      ['an error', { status: 500, body: 'no' }],
      ['a page', { body: '<html>' }],
      ['empty', { body: '' }],
      ['null', { body: 'null' }],
      ['nothing final', { body: { data: { finalized: { epoch: '0', root: rootOf('0') } } } }],
      ['numbers instead of text', { body: { data: { finalized: { epoch: 1234, root: rootOf('a') } } } }],
      [
        'a root with more behind it',
        { body: { data: { finalized: { ...good, root: `${rootOf('a')} x` } } } },
      ],
      ['an epoch that is a command', { body: { data: { finalized: { ...good, epoch: '1; touch x' } } } }],
      ['two documents', { body: `${JSON.stringify({ data: { finalized: good } })}\n`.repeat(2) }],
      ['more than anybody reads', { body: ' '.repeat(200_000) }],
    ];
    for (const [name, answer] of answers) {
      const [first, second] = [await source(), await source()];
      first.finalizes(good);
      second.says(answer);
      const asSecond = await compare(first.url, second.url);
      const asFirst = await compare(second.url, first.url);
      expect([asSecond.code, asFirst.code], name).toEqual([1, 1]);
      expect(asSecond.stdout, name).toContain('Nothing is started.');
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a source that is not there: nothing starts', async () => {
    const second = await source();
    second.finalizes({ epoch: '1234', root: rootOf('a') });
    const nobody = `http://127.0.0.1:${await closedPort(createServer())}`;
    const { code, stdout } = await compare(nobody, second.url);
    expect(code).toBe(1);
    expect(stdout).toContain('the first source does not say what is final');
  });

  test('with a database nobody is asked; what only looks like one is none', async () => {
    const [first, second] = [await source(), await source()];
    first.finalizes({ epoch: '1234', root: rootOf('a') });
    second.finalizes({ epoch: '1234', root: rootOf('b') });
    mkdirSync(join(folder, 'beacon', 'chain_db'), { recursive: true });
    const empty = await compare(first.url, second.url);
    expect(empty.code).toBe(1);
    const before = first.asked.length + second.asked.length;
    writeFileSync(join(folder, 'beacon', 'chain_db', 'CURRENT'), 'MANIFEST-000001\n');
    const { code, stdout } = await compare(first.url, second.url);
    expect(code).toBe(0);
    expect(stdout).toContain('There is a database');
    expect(first.asked.length + second.asked.length).toBe(before);
  });

  test('settings that are wrong are said', async () => {
    const { code, stdout } = await compare('http://127.0.0.1:1', 'http://127.0.0.1:2', {
      WAIT_SECONDS: '5m',
    });
    expect({ code, stdout }).toEqual({
      code: 2,
      stdout: 'WAIT_SECONDS and RETRY_SECONDS must be whole numbers\n',
    });
  });
});

// The witness on the real framework, beside a `watch` that asks it: two views of the same house over real sockets.
import { createServer } from 'node:net';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpFunction } from '../../functions/kit/http-function.ts';
import { createWitness } from '../../functions/entry/witness.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { serveFunction, type ServedFunction } from '../../local/functions/serve.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { listen, type Listening } from '../support/server.ts';

const minute = 60_000;
const opened: { readonly close: () => Promise<void> }[] = [];
let home: LocalHouse;
afterEach(async () => {
  await Promise.all([home.close(), ...opened.splice(0).map((each) => each.close())]);
});

const cut = async (): Promise<void> => {
  await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
};

/** Somewhere that always answers, to which a witness may be led instead of a target. */
async function always(): Promise<Listening> {
  const server = await listen(createServer());
  opened.push(server);
  return server;
}

/** A house with a witness whose way to some targets leads elsewhere, from whenever that is said. */
async function watched(
  around: (witness: HttpFunction) => HttpFunction = (witness) => witness,
): Promise<Map<string, { readonly address: string; readonly port: number }>> {
  const hosts = new Map<string, { readonly address: string; readonly port: number }>();
  home = await localHouse({ witness: { network: { allow: ['127.0.0.0/8'], hosts }, around } });
  return hosts;
}

const verdict = async (): Promise<unknown> => {
  const { status, body } = await home.tick();
  expect(status, body + home.logs.join('\n')).toBe(200);
  return JSON.parse(body).sites[0].verdict;
};

describe('a witness beside the watchdog', () => {
  test('that sees the same blackout does not hold its page up', async () => {
    let questions = 0;
    await watched((witness) => (incoming, answer) => {
      questions += 1;
      return witness(incoming, answer);
    });
    expect(await verdict()).toBe('ok');
    expect(questions).toBe(0);
    await cut();
    home.moveTo(startAt + minute);
    expect(await verdict()).toBe('dark');
    await home.pagedAtLeast(1);
    expect(home.paged).toMatchObject([{ kind: 'opened', severity: 'critical' }]);
    home.moveTo(startAt + 2 * minute);
    expect(await verdict()).toBe('dark');
    expect(questions).toBe(1);
  });

  test('that still reaches the house makes it a dispute, which is told quietly', async () => {
    const hosts = await watched();
    const { port } = await always();
    for (const { address } of [home.endpoints.geth, home.endpoints.lighthouse]) {
      hosts.set(address, { address: '127.0.0.1', port });
    }
    await verdict();
    await cut();
    for (const tick of [1, 2]) {
      home.moveTo(startAt + tick * minute);
      expect(await verdict()).toBe('unknown');
    }
    await home.pagedAtLeast(1);
    expect(home.paged).toMatchObject([{ kind: 'opened', severity: 'info' }]);
    expect(home.paged[0]?.title).toContain('2 targets are disputed: geth, lighthouse');
    expect(home.paged[0]?.body).toMatch(/- geth: from here refused, .*; not so for the witness/);
    // It is down for the witness as well.
    hosts.clear();
    home.moveTo(startAt + 3 * minute);
    expect(await verdict()).toBe('dark');
  });

  test('that is down is evidence of nothing, and one line in the log', async () => {
    await watched(() => (incoming) => {
      incoming.socket.destroy();
      return Promise.resolve();
    });
    await verdict();
    await cut();
    home.moveTo(startAt + minute);
    expect(await verdict()).toBe('dark');
    await home.pagedAtLeast(1);
    expect(home.paged).toMatchObject([{ kind: 'opened', severity: 'critical' }]);
    const lines = home.logs.filter((line) => line.includes('silent'));
    expect(lines).toEqual([expect.stringMatching(/^witness 1 is silent: refused \w+ \{"site":"home"\}$/)]);
  });
});

describe('requests to a witness', () => {
  async function served(variables: Record<string, string> = {}): Promise<ServedFunction> {
    home = await localHouse();
    const log = { info: write, warn: write, error: write };
    const witness = createWitness({
      variables: { WATCHDOG_CONFIG: home.configPath, ...variables },
      clock: systemClock,
      log: () => log,
      print: () => {},
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    });
    const server = await serveFunction(witness);
    opened.push(server);
    return server;
  }
  const lines: string[] = [];
  const write = (fields: object, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const ask = async (url: string, body: unknown): Promise<[number, string]> => {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return [answer.statusCode, await answer.body.text()];
  };
  const of = (...targets: string[]): object => ({
    targets: targets.map((target) => ({ site: 'home', target })),
  });

  test('are answered by id, and neither answer nor log names an address', async () => {
    const { url } = await served();
    lines.length = 0;
    await home.endpoints.geth.down();
    const [status, body] = await ask(url, of('geth', 'lighthouse', 'exit', 'attic'));
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        isBlind: false,
        qualities: { home: { geth: 'bad', lighthouse: 'good', exit: 'good', attic: 'unknown' } },
      },
    ]);
    expect(lines).toHaveLength(1);
    expect(body + lines.join()).not.toMatch(/127\.0\.0|refused|:\d{4,5}\b/);
  });

  test.each([
    ['[]', 400, 'field targets'],
    ['{}', 400, 'field targets'],
    [{ targets: [{ site: 'home', target: 'geth', address: '10.0.0.1:22' }] }, 400, 'nothing else'],
    [JSON.stringify({ targets: [{ site: 'home', target: 'x'.repeat(70_000) }] }), 413, 'over 65536 bytes'],
  ])('that are none are refused: %#', async (body, status, words) => {
    const { url } = await served();
    const [got, text] = await ask(url, body);
    expect([got, text]).toEqual([status, expect.stringContaining(words)]);
  });

  test('end at its deadline, and what was not seen by then is unknown', async () => {
    const { url } = await served({ WITNESS_DEADLINE_MS: '1' });
    const [status, body] = await ask(url, of('attic'));
    expect([status, JSON.parse(body).qualities]).toEqual([200, { home: { attic: 'unknown' } }]);
  });
});

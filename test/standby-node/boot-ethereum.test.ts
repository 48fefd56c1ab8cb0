// An Ethereum standby begins only where two sources agree, and its beacon node is stopped when it turns out to be on another chain.
import { rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authority } from '../support/certificates.ts';
import { listen } from '../support/server.ts';
import { lacksPrograms } from '../support/tools.ts';
import { prepareMachine, type Ended, type Order, type Prepared } from './prepared.ts';
import { startStub, type Answer, type Stub } from './stub.ts';

const skip = lacksPrograms('python3');
const genesis = `0x${'4b'.repeat(32)}`;
const rootOf = (slot: number, fork = 'a'): string => `0x${fork}${slot.toString(16).padStart(63, '0')}`;
const slot = 12_900_000;

type Says = {
  /** Of its newest finalized block. */
  readonly finalized?: number;
  /** All that it knows otherwise. */
  readonly slots?: readonly number[];
  readonly fork?: string;
  readonly genesis?: string;
  readonly version?: string;
  /** It serves checkpoints and nothing else: it knows no headers. */
  readonly isPlain?: boolean;
};

function sourceSays(stub: Stub, says: Says = {}): void {
  const { finalized = slot, slots = [], fork = 'a', version = '0x00000000', isPlain = false } = says;
  const { answers } = stub;
  answers.clear();
  answers.set('/eth/v1/beacon/genesis', {
    json: {
      data: {
        genesis_validators_root: says.genesis ?? genesis,
        genesis_fork_version: version,
        genesis_time: '1',
      },
    },
  });
  const header = (each: number): Answer => ({
    json: {
      data: { root: rootOf(each, fork), canonical: true, header: { message: { slot: String(each) } } },
    },
  });
  for (const each of [finalized, ...slots]) {
    if (!isPlain) answers.set(`/eth/v1/beacon/headers/${each}`, header(each));
    answers.set(`/eth/v1/beacon/blocks/${each}/root`, { json: { data: { root: rootOf(each, fork) } } });
  }
  if (isPlain)
    answers.set('/eth/v2/beacon/blocks/finalized', {
      json: { data: { message: { slot: String(finalized) } } },
    });
  else answers.set('/eth/v1/beacon/headers/finalized', header(finalized));
}

let machine: Prepared;
let first: Stub;
let second: Stub;
let own: Stub;
beforeEach(async () => {
  machine = prepareMachine();
  [first, second, own] = await Promise.all([startStub(), startStub(), startStub()]);
  sourceSays(first);
  sourceSays(second);
  machine.fake('systemctl', 'exit 0');
});
afterEach(async () => {
  machine.close();
  await Promise.all([first, second, own].map(({ close }) => close()));
});
const settings = (): Record<string, string> => ({
  CHAIN: 'ethereum',
  CHECKPOINT_URL: first.url,
  CHECKPOINT_SECOND_URL: `${second.url}/`,
  WATCHDOG_GENESIS: genesis.toUpperCase().replace('0X', '0x'),
});
const chain = (order: Order = {}): Promise<Ended> =>
  machine.boot('chain', {
    ...order,
    settings: { ...settings(), ...order.settings },
    replace: { CALL_SECONDS: 1, TRIES: 2, ...order.replace },
  });
const names = (): readonly [string, string] => [first.url.slice(7), second.url.slice(7)];
const agreed = (): unknown => {
  const text = machine.read('run/checkpoint.json');
  return text === '' ? null : JSON.parse(text);
};

describe.skipIf(skip)('the checkpoint', () => {
  const agreeing: readonly (readonly [string, Says, Says, number])[] = [
    ['both have the same', {}, {}, slot],
    ['the first is ahead', { finalized: slot + 32 }, { slots: [slot + 32] }, slot + 32],
    ['the first is ahead of all that the second knows', { finalized: slot + 32, slots: [slot] }, {}, slot],
    ['the second is ahead', { slots: [slot + 64] }, { finalized: slot + 64 }, slot + 64],
    ['the first knows only blocks', { isPlain: true }, {}, slot],
    [
      'both know only blocks',
      { isPlain: true, slots: [slot - 32] },
      { isPlain: true, finalized: slot - 32 },
      slot - 32,
    ],
  ];
  test.each(agreeing)('is found when %s', async (_, one, other, expected) => {
    sourceSays(first, one);
    sourceSays(second, other);
    expect(await chain()).toMatchObject({ code: 0, note: 'the clients start' });
    const [host, another] = names();
    expect(agreed()).toEqual({ slot: expected, root: rootOf(expected), first: host, second: another });
  });

  const disagreeing: readonly (readonly [string, Says, Says, number])[] = [
    ['at the newest of the first', { fork: 'b' }, {}, slot],
    ['at the newest of the first, and nothing else', { isPlain: true }, { isPlain: true, fork: 'b' }, slot],
    ['at the newest of the second', { fork: 'b', finalized: slot + 32, slots: [slot] }, {}, slot],
  ];
  test.each(disagreeing)('is none when they disagree %s', async (_, one, other, at) => {
    sourceSays(first, one);
    sourceSays(second, other);
    const { code, note } = await chain();
    const [host, another] = names();
    const [here, there] = [rootOf(at, one.fork).slice(0, 18), rootOf(at, other.fork).slice(0, 18)];
    expect(here).not.toBe(there);
    expect({ code, note }).toEqual({
      code: 1,
      note: `failed: the checkpoint sources disagree at slot ${at}: ${here} by ${host}, ${there} by ${another}`,
    });
    expect(agreed()).toBe(null);
  });

  const refused: readonly (readonly [string, string, () => void])[] = [
    [
      'the genesis differs',
      'the checkpoint sources are of different chains: ',
      () => sourceSays(second, { genesis: rootOf(7) }),
    ],
    ['the fork version differs', 'different chains', () => sourceSays(second, { version: '0x00000001' })],
    [
      'both are of another chain',
      `of another chain than configured: ${rootOf(7).slice(0, 18)}, not ${genesis.slice(0, 18)}`,
      () => {
        for (const stub of [first, second]) sourceSays(stub, { genesis: rootOf(7) });
      },
    ],
    [
      'they know no slot in common',
      'know no slot in common',
      () => sourceSays(second, { finalized: slot + 320 }),
    ],
    ['the first is silent', 'does not answer', () => first.answers.set('*', 'reset')],
  ];
  test.each(refused)('is none when %s', async (reason, words, prepare) => {
    prepare();
    if (reason.includes('silent')) first.answers.delete('/eth/v1/beacon/genesis');
    const { code, note } = await chain();
    expect({ code, note }).toEqual({ code: 1, note: expect.stringMatching(/^failed: /) });
    expect(note).toContain(words);
    expect(agreed()).toBe(null);
  });

  const answers: readonly (readonly [string, Answer, string])[] = [
    ['hangs', 'hang', 'does not answer in time'],
    ['drips', 'drip', 'does not answer in time'],
    ['cuts', 'reset', 'does not answer'],
    ['says too much', 'huge', 'answers too much'],
    ['fails', { status: 500, text: '{}' }, 'answers with status 500'],
    ['sends elsewhere', { status: 302, text: '' }, 'answers with status 302'],
    ['says no JSON', { status: 200, text: '<html>\u001b[31m' }, 'answers what is not JSON'],
    ['nests without end', { status: 200, text: '['.repeat(200_000) }, 'answers what is not JSON'],
    [
      'says numbers without end',
      { status: 200, text: `{"data":${'9'.repeat(5_000)}}` },
      'answers what is not JSON',
    ],
    ['says a list', { json: [1] }, 'answers without'],
    [
      'says wrong types',
      { json: { data: { genesis_validators_root: 7, root: [], header: 'x' } } },
      'answers without',
    ],
    [
      'says too long a root',
      {
        json: {
          data: {
            genesis_validators_root: `${genesis}00`,
            genesis_fork_version: '0x00000000',
            root: `${genesis}00`,
            header: { message: { slot: '5' } },
          },
        },
      },
      'answers without',
    ],
  ];
  test.each(answers)('is none when a source %s, whatever it is asked for', async (_, answer, words) => {
    for (const [stub, path] of [
      [first, '/eth/v1/beacon/genesis'],
      [second, '/eth/v1/beacon/genesis'],
      [first, '/eth/v1/beacon/headers/finalized'],
    ] as const) {
      sourceSays(first);
      sourceSays(second, { finalized: slot + 64 });
      stub.answers.set(path, answer);
      // oxlint-disable-next-line no-await-in-loop -- one machine
      const { code, note } = await chain({ replace: { TRIES: 1 } });
      // A source that refuses one question is asked another one.
      const isRefusal =
        typeof answer === 'object' && 'status' in answer && answer.status !== 200 && path.includes('headers');
      expect({ code, note }).toEqual({
        code: 1,
        note: expect.stringContaining(isRefusal ? 'status 404' : words),
      });
      expect(note.length).toBeLessThan(300);
      expect(agreed()).toBe(null);
    }
  });

  test('is found at the second attempt', async () => {
    first.answers.delete('/eth/v1/beacon/genesis');
    let count = 0;
    first.otherwise = () =>
      count++ === 0
        ? 'reset'
        : { json: { data: { genesis_validators_root: genesis, genesis_fork_version: '0x00000000' } } };
    expect(await chain()).toMatchObject({ code: 0 });
  });

  test.each([
    ['http://checkpoint.test', 'yes'],
    ['http://127.0.0.1:1', ''],
    ['https://user:secret@checkpoint.test', 'yes'],
    ['file:///etc/passwd', 'yes'],
    ['https://checkpoint.test:no', 'yes'],
    ['//checkpoint.test', 'yes'],
  ])('%s is no address to ask', async (url, allowed) => {
    const { code, note } = await chain({
      settings: { CHECKPOINT_SECOND_URL: url, CHECKPOINT_URL: 'https://a.test', HTTP_ON_LOOPBACK: allowed },
    });
    expect({ code, note }).toEqual({
      code: 1,
      note: 'failed: CHECKPOINT_SECOND_URL is not an https address',
    });
  });

  test('one source alone proves nothing, and neither does the same one twice', async () => {
    expect((await chain({ settings: { CHECKPOINT_SECOND_URL: '' } })).note).toContain(
      'CHECKPOINT_SECOND_URL is missing',
    );
    const { note } = await chain({ settings: { CHECKPOINT_SECOND_URL: `${first.url}/x` } });
    expect(note).toBe(`failed: both checkpoint sources are ${names()[0]}: one alone proves nothing`);
  });

  test('is not asked for when the beacon node has a database', async () => {
    machine.put('chain/consensus/beacon/chain_db/CURRENT', 'x');
    expect(await chain()).toMatchObject({ code: 0 });
    expect(first.asked).toEqual([]);
  });

  test('comes from who has a valid certificate, and from nobody else', async () => {
    const trusted = authority();
    const { cert, key } = trusted.issue({ name: '127.0.0.1' });
    const server = createServer({ cert, key }, (request, response) => {
      const answer = first.answers.get(request.url ?? '');
      if (answer !== undefined && typeof answer === 'object' && 'json' in answer)
        response.end(JSON.stringify(answer.json));
      else response.writeHead(404).end();
    });
    const { address, close } = await listen(server);
    try {
      const secure = { CHECKPOINT_URL: `https://${address}` };
      const { code, note } = await chain({ settings: secure });
      expect({ code, note }).toEqual({
        code: 1,
        note: expect.stringContaining(`${address} has no valid certificate: `),
      });
      const order = { ...secure, SSL_CERT_FILE: machine.put('ca.pem', trusted.cert) };
      expect(await chain({ settings: order })).toMatchObject({ code: 0 });
    } finally {
      await close();
    }
  });
});

describe.skipIf(skip)('the own chain', () => {
  const compare = (): Promise<Ended> =>
    machine.boot('compare', { settings: settings(), replace: { BEACON: own.url, CALL_SECONDS: 1 } });
  const stopped = (): boolean => machine.calls().includes('systemctl stop lighthouse.service');
  beforeEach(async () => {
    await chain();
    sourceSays(second, { finalized: slot + 320 });
    sourceSays(own, { finalized: slot + 352, slots: [slot, slot + 320] });
  });

  test('as both say is fine', async () => {
    const { code, errors, note } = await compare();
    expect({ code, note }).toEqual({ code: 0, note: 'the clients start' });
    expect(errors).toBe(
      `slot ${slot}: as the checkpoint of ${names()[1]} says\nslot ${slot + 320}: as ${names()[1]} says\n`,
    );
    expect(stopped()).toBe(false);
  });

  const different: readonly (readonly [string, number, () => void])[] = [
    ['other than the checkpoint', slot, () => sourceSays(own, { finalized: slot, fork: 'b' })],
    [
      'other than the second source says now',
      slot + 320,
      () => sourceSays(own, { finalized: slot + 320, fork: 'b' }),
    ],
    [
      'other than the second source says now, after a reboot',
      slot + 320,
      () => {
        rmSync(machine.path('run/checkpoint.json'));
        sourceSays(own, { finalized: slot + 320, fork: 'b' });
      },
    ],
  ];
  test.each(different)('%s stops the beacon node', async (_, at, prepare) => {
    prepare();
    const { code, note } = await compare();
    expect(code).toBe(1);
    expect(note).toContain(
      `failed: the beacon node is on another chain: at slot ${at} ${rootOf(at, 'b').slice(0, 18)}, ${rootOf(at).slice(0, 18)} by `,
    );
    expect(note).toMatch(/; it is stopped$/);
    expect(stopped()).toBe(true);
    // Silent from now on, it proves nothing, and the reason stays.
    own.answers.clear();
    own.answers.set('*', 'reset');
    expect(await compare()).toMatchObject({ code: 0, note });
  });

  test('is told to be so when it cannot be stopped', async () => {
    machine.fake('systemctl', 'echo "Failed to stop: no bus" >&2; exit 1');
    sourceSays(own, { finalized: slot, fork: 'b' });
    expect((await compare()).note).toMatch(/it cannot be stopped: Failed to stop: no bus$/);
  });

  const silent: readonly (readonly [string, () => void])[] = [
    ['the own node does not know the slots yet', () => own.answers.clear()],
    ['the own node is silent', () => own.answers.set('*', 'hang')],
    [
      'the own node says nonsense',
      () => own.answers.set(`/eth/v1/beacon/headers/${slot}`, { json: { data: { root: 7 } } }),
    ],
    [
      'the own node answers with another slot',
      () => {
        own.answers.clear();
        own.answers.set('*', {
          json: { data: { root: rootOf(1, 'b'), header: { message: { slot: '1' } } } },
        });
      },
    ],
    ['the second source is silent', () => second.answers.clear()],
    ['nothing was agreed on, or it cannot be read', () => machine.put('run/checkpoint.json', '{"slot":"x"')],
  ];
  test.each(silent)('proves nothing when %s, and changes nothing', async (reason, prepare) => {
    if (reason.includes('own node is silent')) own.answers.clear();
    prepare();
    expect(await compare()).toMatchObject({ code: 0, note: 'the clients start' });
    expect(stopped()).toBe(false);
  });
});

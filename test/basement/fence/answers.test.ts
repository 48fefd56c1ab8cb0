// What is no answer: neither allow nor deny, said with its reason, and never believed. The gate's good word then shows that nothing else was wrong.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacksFence } from '../../support/fence-program.ts';
import { closedPort } from '../../support/server.ts';
import { signedAnswer, type PretendGate, type Question, type Reply } from './gate.ts';
import { fenceWorld, gateToken, started, type World } from './world.ts';

type Bad = (gate: PretendGate, question: Question) => Reply;

const good = (gate: PretendGate, question: Question): string => gate.allowing(question, 5);

const bad: readonly (readonly [string, string, Bad])[] = [
  ['a token that is not known', 'it answers 401: the token is not known', () => ({ status: 401, body: '' })],
  ['a gate in trouble', 'it answers 503', (gate, each) => ({ status: 503, body: good(gate, each) })],
  ['another success than 200', 'it answers 203', (gate, each) => ({ status: 203, body: good(gate, each) })],
  [
    'an answer to an old question, replayed',
    'it answers another question, an old one perhaps',
    (gate, each) => {
      // The very first question has nothing older than itself.
      const nonce = gate.asked.length > 1 ? gate.asked[0]?.nonce : '0'.repeat(32);
      return { body: good(gate, { ...each, nonce: nonce ?? '' }) };
    },
  ],
  [
    'an answer that is cut off',
    'the body is not an answer of the gate: it is',
    (gate, each) => ({ body: good(gate, each).slice(0, -20) }),
  ],
  [
    'a connection that ends in the middle',
    'no answer of the gate (unexpected EOF)',
    (gate, each) => ({ headers: { 'content-length': '9000', connection: 'close' }, body: good(gate, each) }),
  ],
  [
    'a signature of another key',
    'none of the keys in FENCE_GATE_KEYS has signed it',
    (gate, each) => {
      const { answer } = z.object({ answer: z.string() }).parse(JSON.parse(good(gate, each)));
      return { body: signedAnswer(answer, generateKeyPairSync('ed25519').privateKey) };
    },
  ],
  [
    'a text that was changed behind the signature',
    'none of the keys in FENCE_GATE_KEYS has signed it',
    (gate, each) => ({ body: good(gate, each).replace('basement/home', 'basement/hole') }),
  ],
  [
    'an answer for another signer',
    'it answers for another signer',
    (gate, each) => ({ body: good(gate, { ...each, signer: 'eth-2' }) }),
  ],
  [
    'an answer for another instance',
    'it answers for another instance',
    (gate, each) => ({ body: good(gate, { ...each, instance: 'f'.repeat(32) }) }),
  ],
  ['a page instead', 'the body is not an answer of the gate', () => ({ body: '<html>Sign in</html>' })],
  ['an answer that is too long', 'over 16384 bytes', () => ({ body: ' '.repeat(16_385) })],
  [
    'a redirect to where the answer is good',
    'it answers with a redirect (307), which is never followed',
    (gate, each) =>
      each.path.startsWith('/moved')
        ? { body: good(gate, each) }
        : {
            status: 307,
            headers: {
              location: `${gate.url}/moved${each.path}?instance=${each.instance}&nonce=${each.nonce}`,
            },
            body: '',
          },
  ],
  ['a gate that does not answer in time', 'no answer within 5s', () => 'never'],
];

describe.skipIf(lacksFence())('no answer', () => {
  test.each(bad)('%s', async (_, words, reply) => {
    const world = await fenceWorld();
    world.gate.reply((question) => reply(world.gate, question));
    const fence = await world.start();
    await fence.says(words);
    await world.looks(0);
    expect(world.events()).toEqual([]);
    expect(world.kept()).toBeNull();
    expect(fence.output()).not.toContain(gateToken);
    world.gate.allow(5);
    await started(world);
  });

  const noGate = async (env: (world: World) => Promise<Record<string, string>>): Promise<string> => {
    const world = await fenceWorld();
    const fence = await world.start({ env: await env(world) });
    await fence.says('no answer of the gate');
    await expect.poll(() => fence.hasEnded()).toBe(false);
    fence.kill('SIGTERM');
    await fence.ended;
    return `${world.events().length} events, ${world.gate.asked.length} asked: ${fence.output()}`;
  };

  test('a name that is gone', async () => {
    // No label is that long: nobody has to be asked to know it.
    const name = `${'a'.repeat(64)}.example`;
    const said = await noGate(async () => ({ FENCE_GATE_URL: `https://${name}` }));
    expect(said).toMatch(/^0 events, 0 asked/);
    expect(said).toContain(`the name ${name} cannot be looked up`);
  });

  test('a port where nobody is', async () => {
    const port = await closedPort(createServer());
    const said = await noGate(async () => ({ FENCE_GATE_URL: `http://127.0.0.1:${port}` }));
    expect(said).toMatch(/^0 events, 0 asked/);
    expect(said).toContain('the connection is refused');
  });

  test('a gate that speaks no TLS', async () => {
    const said = await noGate(async (world) => ({
      FENCE_GATE_URL: world.gate.url.replace('http:', 'https:'),
    }));
    expect(said).toMatch(/^0 events, 0 asked/);
    expect(said).toContain('no answer of the gate (it speaks no TLS)');
  });

  test('a token file that is empty or missing', async () => {
    const empty = await noGate(async (world) => {
      world.write('token', '\n');
      return {};
    });
    expect(empty).toMatch(/^0 events, 0 asked/);
    expect(empty).toContain('holds no token: it must be one line without spaces');
    const missing = await noGate(async () => ({ FENCE_TOKEN_FILE: '/nowhere/token' }));
    expect(missing).toContain('the token file cannot be read');
  });
});

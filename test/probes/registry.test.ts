// The registry: one list of names, from which the schema of a target and the way to its probe are made.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { probes, targetSchema } from '../../functions/probes/registry.ts';
import type { ProbeTarget } from '../../functions/probes/registry.ts';
import { describeTarget, endpointOfTarget, targetAtPort } from '../../functions/probes/describe.ts';
import { bindProbe, runProbe } from '../../functions/probes/run.ts';
import { contextWith } from './context.ts';

const target = targetSchema({ id: z.string(), role: z.enum(['inbound', 'exit']) });

function problems(given: object): readonly string[] {
  const { error } = target.safeParse({ id: 'x', role: 'exit', ...given });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).sort();
}

describe('the registry of probes', () => {
  test.for(Object.keys(probes))('runs the contract on its member %s', (name) => {
    const file = new URL(`./${name}.test.ts`, import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(`contract('${name}'`);
  });

  test.for(Object.entries(probes))('describes each option of %s', ([, { schema }]) => {
    const bare = Object.entries(schema.shape).filter(([, field]) => field.description === undefined);
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  test('makes one schema of the common fields and the options of each kind', () => {
    const parsed = target.parse({ id: 'p2p', role: 'inbound', probe: 'tcp', address: 'home.example:30303' });
    expect(parsed).toEqual({
      id: 'p2p',
      role: 'inbound',
      probe: 'tcp',
      address: 'home.example:30303',
      hold: 200,
    });
    if (parsed.probe === 'tcp') expectTypeOf(parsed.address).toEqualTypeOf<string>();
    expectTypeOf(parsed).toExtend<ProbeTarget>();
    // @ts-expect-error -- the options of one kind do not pass for those of another
    expectTypeOf<{ probe: 'http'; address: string; hold: number }>().toExtend<ProbeTarget>();
  });

  test('sends a target to its own probe', async () => {
    const run = contextWith({ signal: AbortSignal.abort() });
    const parsed = target.parse({
      id: 'web',
      role: 'exit',
      probe: 'http',
      url: 'https://home.example/a?b=c',
    });
    expect(describeTarget(parsed)).toBe('GET https://home.example');
    expect(endpointOfTarget(parsed)).toEqual({ host: 'home.example', port: 443 });
    expect(await runProbe(parsed, run)).toMatchObject({ ok: false, reason: 'aborted' });
    const bound = bindProbe(parsed, { network: run.network, secret: run.secret });
    expect(bound.id).toBe('web');
    expect(await bound.run({ signal: run.signal, timeoutMs: 100, at: 0 })).toMatchObject({
      reason: 'aborted',
    });
  });

  test.for<[object, string]>([
    [{ probe: 'tcp', address: 'home.example:30303' }, 'home.example'],
    [{ probe: 'tcp', address: '[2001:db8::1]:30303' }, '2001:db8::1'],
    [{ probe: 'tls', address: 'home.example:443' }, 'home.example'],
    [{ probe: 'http', url: 'https://home.example/a?b=c' }, 'home.example'],
    [{ probe: 'http', url: 'http://[2001:db8::1]:8080' }, '2001:db8::1'],
    [{ probe: 'jsonrpc', url: 'http://home.example:8545', chainId: 1 }, 'home.example'],
    [{ probe: 'beacon', url: 'http://home.example:5052/x', network: 'mainnet' }, 'home.example'],
    [{ probe: 'cometbft', url: 'http://home.example', network: 'mainnet-beacon-80094' }, 'home.example'],
  ])('looks at the same host at another port: %j', ([given, host]) => {
    const parsed = target.parse({ id: 'p2p', role: 'inbound', ...given });
    const moved = targetAtPort(parsed, 41_234);
    expect(endpointOfTarget(moved)).toEqual({ host, port: 41_234 });
    expect(endpointOfTarget(targetAtPort(moved, 443))).toEqual({ host, port: 443 });
    expect(moved).toMatchObject({ id: 'p2p', probe: parsed.probe, role: 'inbound' });
  });

  test('looks where it is told, and else where the configuration says', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const run = contextWith({});
    const parsed = target.parse({
      id: 'p2p',
      role: 'inbound',
      probe: 'tcp',
      address: '127.0.0.1:1',
      hold: '0ms',
    });
    const bound = bindProbe(parsed, { network: run.network, secret: run.secret });
    const look = { signal: run.signal, timeoutMs: 5_000, at: 0 };
    expect(await bound.run({ ...look, port })).toMatchObject({ ok: true });
    expect(await bound.run(look)).toMatchObject({ ok: false, reason: 'refused' });
    server.close();
  });

  test.for([
    [
      { probe: 'icmp' },
      [
        "probe: Invalid discriminator value. Expected 'tcp' | 'tls' | 'http' | 'jsonrpc' | 'beacon' | 'cometbft'",
      ],
    ],
    [
      { probe: 'jsonrpc', url: 'http://a', tls: {}, maxHeadAge: '9s' },
      [
        'chainId: Invalid input: expected number, received undefined',
        'maxHeadAge: is 9s; it must be from 10s to 1d',
      ],
    ],
    [
      { probe: 'beacon', url: 'https://a', network: 'goerli', fork: '0x06', minPeers: -1 },
      [
        'fork: must be a fork version: 0x and 8 hex digits',
        'minPeers: Too small: expected number to be >=0',
        'network: must be mainnet, hoodi or sepolia, or {genesisTime, genesisValidatorsRoot} of a network of your own',
      ],
    ],
    [
      { probe: 'cometbft', url: 'http://a', network: 'a b', nodeId: 'x' },
      [
        'network: must be the chain id as the node gives it, e.g. mainnet-beacon-80094',
        'nodeId: must be a node id: 40 hex digits',
      ],
    ],
    [{ probe: 'cometbft', url: 'http://a', network: 'a', tls: {} }, ['tls: is only for an https url']],
    [{ probe: 'tcp', address: 'a:1', url: 'x' }, [': Unrecognized key: "url"']],
    [
      { probe: 'http', url: 'ftp://a', auth: { bearer: 'plain' } },
      [
        'auth: must be {bearer: SECRET} or {basic: {username, password: SECRET}}, each secret as {env: NAME} or {file: PATH}',
        'url: must begin with http:// or https://',
      ],
    ],
    [
      {
        probe: 'http',
        url: 'http://me:hunter2@a',
        headers: { Authorization: 'Bearer x', Host: 'ok', Connection: 'close' },
      },
      [
        'headers.Authorization: looks like a secret: write it as {env: NAME} or {file: PATH}, never as plain text',
        'headers.Connection: is set by the watchdog itself',
        'url: must not carry a user name or password; use auth with {env: NAME} or {file: PATH}',
      ],
    ],
    [
      { probe: 'http', url: 'http://a', tls: {}, body: 'x', method: 'HEAD', expect: { json: { a: 1 } } },
      [
        'body: needs method POST',
        'expect: cannot ask for a body: method HEAD has none',
        'tls: is only for an https url',
      ],
    ],
    [
      { probe: 'http', url: 'https://a', maxBodyBytes: 2_000_000, followRedirects: 6 },
      [
        'followRedirects: Too big: expected number to be <=5',
        'maxBodyBytes: Too big: expected number to be <=1048576',
      ],
    ],
    [
      { probe: 'http', url: 'https://a', maxBodyBytes: 0, expect: { body: 'x' } },
      ['expect: cannot ask for a body that maxBodyBytes 0 does not read'],
    ],
    [
      {
        probe: 'http',
        url: 'https://a',
        auth: { bearer: { env: 'A' } },
        headers: { authorization: { env: 'B' } },
      },
      ['auth: must not be given together with an authorization header'],
    ],
    [
      { probe: 'http', url: 'https://a', expect: { status: ['6xx'] } },
      ['expect.status.0: must be a status such as 200, or a class such as 2xx'],
    ],
  ] as const)('refuses %j', ([given, expected]) => {
    expect(problems(given)).toEqual(expected);
  });

  test('gives a JSON Schema for editors', () => {
    expect(JSON.stringify(z.toJSONSchema(target, { io: 'input' }))).toContain('hold');
  });
});

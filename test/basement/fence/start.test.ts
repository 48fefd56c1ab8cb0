// What starts a client, and what does not: each case is a real fence, a real client, and a gate that really signs.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authority } from '../../support/certificates.ts';
import { lacksFence } from '../../support/fence-program.ts';
import { listen } from '../../support/server.ts';
import { pretendGate } from './gate.ts';
import { fenceWorld, gateToken, lives, patience, signer, started } from './world.ts';

const skip = lacksFence();

describe.skipIf(skip)('the word of the gate', () => {
  test('denied: nothing is started, however often it asks, and TERM ends the fence', async () => {
    const world = await fenceWorld();
    world.gate.deny(3);
    const fence = await world.start();
    await fence.says(/fence: \S+Z the gate denies \(generation 3, the keys are with none\): because/);
    await world.looks(2);
    expect(world.kept()).toMatchObject({ generation: 3, denied: 3, allowed: -1 });
    fence.kill('SIGTERM');
    expect(await fence.ended).toBe(143);
    expect(world.events()).toEqual([]);
    // What lasts is said once.
    expect(fence.output().match(/denies/g)).toHaveLength(1);
  });

  test('INT ends a fence without a client as well', async () => {
    const world = await fenceWorld();
    world.gate.deny(0);
    const fence = await world.start();
    await fence.says('denies');
    fence.kill('SIGINT');
    expect(await fence.ended).toBe(130);
  });

  test('allowed: it starts once, and what it was allowed is on the disk before', async () => {
    const world = await fenceWorld();
    world.gate.allow(7);
    const fence = await world.start();
    const pid = await started(world);
    expect(world.kept()).toMatchObject({ schema: 1, signer, generation: 7, allowed: 7, denied: -1 });
    await world.looks(2);
    expect(lives(pid)).toBe(true);
    expect(world.starts()).toEqual([pid]);
    expect(world.read('environment')).not.toContain('FENCE_');
    expect(readdirSync(world.state).toSorted()).toEqual([`${signer}.json`, `${signer}.lock`, 'instance']);
    expect(fence.output()).toContain(`is started as process ${pid}`);
  });

  test('it asks with the token, its instance and another nonce each time', async () => {
    const world = await fenceWorld();
    world.gate.allow(1);
    await world.start();
    await world.looks(2);
    const instance = world.read('state/instance')?.trim();
    expect(instance).toMatch(/^[0-9a-f]{32}$/);
    for (const question of world.gate.asked) {
      expect(question).toMatchObject({ path: `/${signer}`, instance });
      expect(question.headers.authorization).toBe(`Bearer ${gateToken}`);
      expect(question.nonce).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(new Set(world.gate.asked.map(({ nonce }) => nonce)).size).toBe(world.gate.asked.length);
  });

  test('a token that is changed on the disk is used at the next question', async () => {
    const world = await fenceWorld();
    world.gate.deny(1);
    await world.start();
    await world.looks(1);
    world.write('token', 'a-new-token');
    await expect
      .poll(() => world.gate.asked.at(-1)?.headers.authorization, patience)
      .toBe('Bearer a-new-token');
  });

  test('a generation below one that was seen does not start it, nor one that was denied; a greater one does', async () => {
    const world = await fenceWorld();
    world.keep({ generation: 9, allowed: 8, denied: 9 });
    world.gate.allow(8);
    const fence = await world.start();
    await fence.says('the keys database was put back to an older state');
    world.gate.allow(9);
    await fence.says('which it has denied before');
    await world.looks(1);
    expect(world.events()).toEqual([]);
    world.gate.allow(10);
    await started(world);
    expect(world.kept()).toMatchObject({ generation: 10, allowed: 10, denied: 9 });
  });

  test.each([
    ['behind', 3_600_000],
    ['ahead of', -3_600_000],
  ])('a clock that is an hour %s the gate: it waits', async (words, offMs) => {
    const world = await fenceWorld();
    world.gate.reply((question) => ({ body: world.gate.allowing(question, 1, { at: Date.now() + offMs }) }));
    const fence = await world.start();
    await fence.says(`${words} the gate's: synchronise it`);
    await world.looks(1);
    expect(world.events()).toEqual([]);
    world.gate.allow(1);
    await started(world);
  });

  test('over TLS only with an authority that is trusted', async () => {
    const own = authority();
    const gate = await pretendGate(own.issue({ name: 'gate', hosts: ['127.0.0.1'] }));
    const world = await fenceWorld({ gate });
    gate.allow(1);
    const stranger = await world.start();
    await stranger.says('certificate signed by unknown authority');
    stranger.kill('SIGTERM');
    await stranger.ended;
    expect(gate.asked).toEqual([]);
    writeFileSync(world.at('authority.pem'), own.cert);
    await world.start({ env: { FENCE_CA_FILE: world.at('authority.pem') } });
    await started(world);
  });
});

describe.skipIf(skip)('the chain', () => {
  test('a beacon node far from its head, or silent, keeps it from starting', async () => {
    const world = await fenceWorld();
    world.gate.allow(1);
    world.node.says({ headAgeMs: 80_000 });
    const fence = await world.start();
    await fence.says('the head of the beacon node is');
    world.node.says({ headAgeMs: -40_000 });
    await world.looks(2);
    expect(world.events()).toEqual([]);
    world.node.says({ headAgeMs: 24_000 });
    await started(world);
  });

  test('no beacon node: it says what to look at', async () => {
    const world = await fenceWorld();
    world.gate.allow(1);
    await world.node.close();
    const fence = await world.start();
    await fence.says('is it up, and is FENCE_NODE_URL right?');
    await world.looks(1);
    expect(world.events()).toEqual([]);
  });

  test('CometBFT: never without its last signature, never below the floor', async () => {
    const world = await fenceWorld();
    world.gate.allow(1, { minHeight: 1000 });
    const state = 'data-priv_validator_state.json';
    const env = { FENCE_CHAIN: 'cometbft', FENCE_STATE_FILE: `${world.folder}/data/${state}` };
    const fence = await world.start({ env });
    await fence.says(`${state} is missing`);
    mkdirSync(world.at('data'));
    world.write(`data/${state}`, '{"height":"999","round":0,"step":3}');
    await fence.says('has signed up to height 999 only and must not sign below 1000');
    world.write(`data/${state}`, '{"height":"1000"');
    await fence.says('cannot be read: it is cut off');
    expect(world.events()).toEqual([]);
    world.write(`data/${state}`, '{"height":"1000","round":0,"step":3}');
    await started(world);
    expect(world.kept()).toMatchObject({ minHeight: 1000 });
  });
});

describe.skipIf(skip)('a cloud node', () => {
  test('is known by its number, and proves it by its identity token', async () => {
    const world = await fenceWorld();
    const paths: string[] = [];
    let isReady = false;
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      const isAsked = request.headers['metadata-flavor'] === 'Google';
      const body = request.url?.includes('/identity?') === true ? 'an.identity.token' : '4711';
      response.writeHead(isAsked && isReady ? 200 : 503, { 'metadata-flavor': 'Google' }).end(body);
    });
    const metadata = await listen(server);
    onTestFinished(metadata.close);
    world.gate.allow(1);
    const env = {
      FENCE_TOKEN_FILE: undefined,
      FENCE_IDENTITY: 'compute',
      GCE_METADATA_HOST: metadata.address,
    };
    const fence = await world.start({ env });
    await fence.says('the id of this machine is not known');
    isReady = true;
    await started(world);
    expect(world.gate.asked[0]).toMatchObject({ instance: '4711' });
    expect(world.gate.asked[0]?.headers.authorization).toBe('Bearer an.identity.token');
    const audience = encodeURIComponent(world.gate.url);
    expect(paths).toContain(
      `/computeMetadata/v1/instance/service-accounts/default/identity?format=full&audience=${audience}`,
    );
    expect(world.read('environment')).toContain('GCE_METADATA_HOST=');
  });
});

// The probe endpoint as a stranger and as the watchdog meet it: what gets through to the nodes, and that nothing else does.
import { execFile, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Sample } from '../../../functions/domain/sample.ts';
import { beacon } from '../../../functions/probes/beacon.ts';
import { cometbft } from '../../../functions/probes/cometbft.ts';
import { jsonrpc } from '../../../functions/probes/jsonrpc.ts';
import { tls } from '../../../functions/probes/tls.ts';
import { contextWith } from '../../probes/context.ts';
import { blockResult, cometNetwork, executionNode, rpcResult } from '../../support/node-answers.ts';
import { closedPort } from '../../support/server.ts';
import { lacks, tool } from '../../support/tools.ts';
import {
  call,
  canonical,
  configOf,
  type Endpoint,
  rendered,
  request,
  say,
  sayPlain,
  startEndpoint,
  statuses,
  statusesOf,
  token,
} from './endpoint.ts';

const execute = promisify(execFile);
const container = z.object({ command: z.array(z.string()), args: z.array(z.string()) });
const podSpec = z.object({ containers: z.tuple([container]) });

/** The fields by which watchdog.yaml reaches it. */
const accessTo = (
  endpoint: Endpoint,
  path: string,
  fingerprint = endpoint.certificate.fingerprint,
): object => ({
  url: `https://127.0.0.1:${endpoint.port}/${path}`,
  auth: { bearer: { env: 'PROBE_TOKEN' } },
  tls: { fingerprint },
});

const nothing = { asked: [], connections: 0 };

/** All that a refusal says. What is no HTTP at all gets HAProxy's own page, which cannot be changed, and says nothing of us. */
const refusal = new RegExp(
  [
    'HTTP/1\\.1 4\\d\\d [A-Za-z ]+\r\ncontent-length: 0\r\n(connection: close\r\n)?\r\n',
    'HTTP/1\\.1 400 Bad request\r\nContent-length: 90\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n',
  ].join('|'),
  'g',
);
const given = {
  token: { existingSecret: 'probe-token' },
  tls: { existingSecret: 'endpoint-tls' },
  upstreams: { geth: { host: 'home-geth' } },
};

describe.skipIf(lacks('helm', 'haproxy'))('the probe endpoint', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await startEndpoint();
  });
  afterAll(() => endpoint.close());
  beforeEach(() => {
    endpoint.reached();
  });

  describe('the watchdog', () => {
    const access = (path: string, fingerprint?: string): object => accessTo(endpoint, path, fingerprint);
    const context = (value = token) => contextWith({ secrets: { PROBE_TOKEN: value } });

    test('probes a beacon node through it, and the node sees its questions and not its token', async () => {
      const sample = await beacon.run(
        beacon.schema.parse({ ...access('beacon'), network: 'mainnet' }),
        context(),
      );
      expect(sample).toMatchObject({ ok: true, facts: { peers: 61, fork: '0x06000000' } });
      const { asked } = endpoint.reached();
      expect(asked.map(({ url }) => url).toSorted()).toEqual([
        '/eth/v1/beacon/genesis',
        '/eth/v1/beacon/headers/head',
        '/eth/v1/beacon/states/head/fork',
        '/eth/v1/node/peer_count',
        '/eth/v1/node/syncing',
      ]);
      for (const { headers } of asked) {
        expect(headers).toEqual({ host: '127.0.0.1', connection: 'close' });
      }
    });

    test.for([
      ['geth', 1],
      ['reth', 80_094],
    ] as const)('probes %s through it', async ([path, chainId]) => {
      const sample = await jsonrpc.run(jsonrpc.schema.parse({ ...access(path), chainId }), context());
      expect(sample).toMatchObject({ ok: true, facts: { chainId, height: 23_900_000, peers: 50 } });
      expect(endpoint.reached().asked.map(({ key, url }) => [key, url])).toEqual([
        ['eth_chainId', '/'],
        ['eth_syncing', '/'],
        ['eth_getBlockByNumber', '/'],
        ['net_peerCount', '/'],
      ]);
    });

    test('probes a CometBFT node through it', async () => {
      const sample = await cometbft.run(
        cometbft.schema.parse({ ...access('beacond'), network: cometNetwork }),
        context(),
      );
      expect(sample).toMatchObject({ ok: true, facts: { height: 11_000_000 } });
      expect(endpoint.reached().asked.map(({ url }) => url)).toEqual(['/status', '/net_info']);
    });

    test('sees with the tls probe how long its certificate lasts', async () => {
      const sample = await tls.run(
        tls.schema.parse({
          address: `127.0.0.1:${endpoint.port}`,
          fingerprint: endpoint.certificate.fingerprint,
        }),
        context(),
      );
      expect(sample).toMatchObject({ ok: true });
    });

    test('is told in its own words that its token is wrong, and asks nothing of another certificate', async () => {
      const options = beacon.schema.parse(access('beacon'));
      expect(await beacon.run(options, context('not-the-token-of-this-house'))).toMatchObject({
        ok: false,
        reason: 'status',
        detail: 'its genesis: answered 403',
      });
      const other = beacon.schema.parse(access('beacon', '0'.repeat(64)));
      expect(await beacon.run(other, context())).toMatchObject({ ok: false, reason: 'tls' });
      expect(endpoint.reached()).toEqual(nothing);
    });
  });

  describe('with the token', () => {
    test('an answer carries what the node said, and not what it is', async () => {
      const answer = await say(endpoint, request());
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('"is_syncing":false');
      const names = [...(answer.split('\r\n\r\n')[0] ?? '').matchAll(/^([\w-]+):/gm)].map(
        ([, name = '']) => name,
      );
      expect(names.toSorted()).toEqual(['content-type', 'transfer-encoding']);
    });

    test('two requests on one connection are two, each looked at by itself', async () => {
      const asked = [call(canonical()), call(canonical('admin_addPeer')), request({ authorization: null })];
      expect(await statuses(endpoint, asked.slice(0, 2).join(''))).toEqual(['200', '403']);
      expect(endpoint.reached().asked.map(({ key }) => key)).toEqual(['eth_chainId']);
      expect(await statuses(endpoint, `${asked[0]}${asked[2]}${asked[0]}`)).toEqual(['200', '403', '200']);
      expect(endpoint.reached()).toMatchObject({ connections: 2 });
    });

    test.for(['/beacond/status', '/beacond/net_info', '/beacon/eth/v1/beacon/genesis'])(
      'GET %s gets through',
      async (target) => {
        expect(await statuses(endpoint, request({ target }))).toEqual(['200']);
        expect(endpoint.reached().asked).toHaveLength(1);
      },
    );
  });

  const long = 'x'.repeat(300);
  const refused = {
    'without a token': [request({ authorization: null }), '403'],
    'with another token': [request({ authorization: 'Bearer another-token-of-16-or-more' }), '403'],
    'with half of the token': [request({ authorization: `Bearer ${token.slice(0, 16)}` }), '403'],
    'with more than the token': [request({ authorization: `Bearer ${token}x` }), '403'],
    'with the token twice': [request({ headers: [`authorization: Bearer ${token}`] }), '403'],
    'with the right token and another': [request({ headers: ['authorization: Bearer nobody'] }), '403'],
    'with the token as a password': [
      request({ authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }),
      '403',
    ],
    'with nothing after Bearer': [request({ authorization: 'Bearer' }), '403'],
    'with the token in the query': [
      request({ authorization: null, target: `/beacon/eth/v1/node/syncing?token=${token}` }),
      '403',
    ],
    'with the token as a cookie': [
      request({ authorization: null, headers: [`cookie: token=${token}`] }),
      '403',
    ],

    'the root': [request({ target: '/' }), '404'],
    'the bare node': [request({ target: '/beacon' }), '404'],
    'a path of the API that is not asked': [request({ target: '/beacon/eth/v1/node/identity' }), '404'],
    'the node without its name': [request({ target: '/eth/v1/node/syncing' }), '404'],
    'the validators': [request({ target: '/beacon/eth/v1/beacon/states/head/validators' }), '404'],
    'the keymanager': [request({ target: '/beacon/eth/v1/keystores' }), '404'],
    'a path of another node': [request({ target: '/beacond/eth/v1/node/syncing' }), '404'],
    'a broadcast': [request({ target: '/beacond/broadcast_tx_sync?tx=0x00' }), '404'],
    'unsafe routes': [request({ target: '/beacond/dial_peers?persistent=true' }), '404'],
    'two slashes': [request({ target: '//beacon/eth/v1/node/syncing' }), '404'],
    'two slashes within': [request({ target: '/beacon//eth/v1/node/syncing' }), '404'],
    'a slash at the end': [request({ target: '/beacon/eth/v1/node/syncing/' }), '404'],
    'a dot': [request({ target: '/beacon/./eth/v1/node/syncing' }), '404'],
    'two dots': [request({ target: '/beacon/eth/v1/node/x/../syncing' }), '404'],
    'two dots that end at what is allowed': [
      request({ target: '/geth/../beacon/eth/v1/node/syncing' }),
      '404',
    ],
    'encoded dots': [request({ target: '/beacon/eth/v1/node/%2e%2e/node/syncing' }), '404'],
    'an encoded letter': [request({ target: '/beacon/eth/v1/node/syncin%67' }), '404'],
    'an encoded slash': [request({ target: '/beacon%2feth/v1/node/syncing' }), '404'],
    'an encoded NUL': [request({ target: '/beacon/eth/v1/node/syncing%00' }), '404'],
    'a semicolon': [request({ target: '/beacon/eth/v1/node/syncing;/x' }), '404'],
    'a backslash': [request({ target: '/beacon\\eth/v1/node/syncing' }), '404'],
    'a query': [request({ target: '/beacon/eth/v1/node/syncing?x=1' }), '404'],
    'an empty query': [request({ target: '/beacon/eth/v1/node/syncing?' }), '404'],
    'a fragment': [request({ target: '/beacon/eth/v1/node/syncing#x' }), '400'],
    capitals: [request({ target: '/Beacon/eth/v1/node/syncing' }), '404'],
    'an address as target': [request({ target: 'https://home.test/beacon/eth/v1/node/syncing' }), '404'],
    'an address of elsewhere': [request({ target: 'http://127.0.0.1:9/beacon/eth/v1/node/syncing' }), null],
    'a star': [request({ method: 'OPTIONS', target: '*' }), '404'],
    'the metrics': [request({ target: '/metrics' }), '404'],
    'a page of statistics': [request({ target: '/haproxy?stats' }), '404'],
    'the health of the proxy': [request({ target: '/healthz' }), '404'],

    HEAD: [request({ method: 'HEAD' }), '404'],
    OPTIONS: [request({ method: 'OPTIONS' }), '404'],
    TRACE: [request({ method: 'TRACE' }), '404'],
    PUT: [request({ method: 'PUT', headers: ['content-length: 0'] }), '404'],
    DELETE: [request({ method: 'DELETE' }), '404'],
    PATCH: [request({ method: 'PATCH', headers: ['content-length: 0'] }), '404'],
    'get in small letters': [request({ method: 'get' }), '404'],
    'a method of its own': [request({ method: 'GETX' }), '404'],
    CONNECT: [request({ method: 'CONNECT', target: '127.0.0.1:8551' }), null],
    'POST where GET is allowed': [
      request({
        method: 'POST',
        headers: ['content-type: application/json', 'content-length: 2'],
        body: '{}',
      }),
      '404',
    ],
    'GET where POST is allowed': [request({ target: '/geth' }), '404'],
    'GET of JSON-RPC by query': [request({ target: '/geth?method=eth_chainId' }), '404'],
    'POST of a call to CometBFT': [call(canonical('status'), { target: '/beacond' }), '404'],
    'another method by header': [
      request({ target: '/geth', headers: ['x-http-method-override: POST'] }),
      '404',
    ],
    'a path by header': [
      request({ target: '/x', headers: ['x-original-url: /beacon/eth/v1/node/syncing', 'x-rewrite-url: /'] }),
      '404',
    ],

    admin_nodeInfo: [call(canonical('admin_nodeInfo')), '403'],
    debug_setHead: [call(canonical('debug_setHead', '["0x0"]')), '403'],
    personal_listAccounts: [call(canonical('personal_listAccounts')), '403'],
    engine_newPayloadV4: [call(canonical('engine_newPayloadV4')), '403'],
    txpool_content: [call(canonical('txpool_content')), '403'],
    eth_sendRawTransaction: [call(canonical('eth_sendRawTransaction', '["0x00"]')), '403'],
    eth_accounts: [call(canonical('eth_accounts')), '403'],
    eth_getLogs: [call(canonical('eth_getLogs', '[{"fromBlock":"0x0"}]')), '403'],
    'a method in capitals': [call(canonical('ETH_CHAINID')), '403'],
    'a method with more behind it': [call(canonical('eth_chainIdX')), '403'],
    'a method in escapes': [call(canonical('eth_ch\\u0061inId')), '403'],
    'a full block': [call(canonical('eth_getBlockByNumber', '["latest",true]')), '403'],
    'another block': [call(canonical('eth_getBlockByNumber', '["0x1",false]')), '403'],
    'params of another call': [call(canonical('eth_chainId', '["latest",false]')), '403'],
    'a batch of one': [call(`[${canonical()}]`), '403'],
    'a batch': [call(`[${canonical()},${canonical('admin_nodeInfo')}]`), '403'],
    'two calls in a row': [call(`${canonical()}${canonical('admin_nodeInfo')}`), '403'],
    'the key method twice': [
      call('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","method":"admin_nodeInfo","params":[]}'),
      '403',
    ],
    'the key params twice': [
      call('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[],"params":[1]}'),
      '403',
    ],
    'keys in another order': [call('{"method":"eth_chainId","jsonrpc":"2.0","id":1,"params":[]}'), '403'],
    'a space': [call('{"jsonrpc":"2.0", "id":1,"method":"eth_chainId","params":[]}'), '403'],
    'a space before': [call(` ${canonical()}`), '403'],
    'a line before': [call(`\n${canonical()}`), '403'],
    'a line after': [call(`${canonical()}\n`), '403'],
    'a NUL after': [call(`${canonical()}\0`), '403'],
    'a NUL and more after': [call(`${canonical()}\0${canonical('admin_nodeInfo')}`), '403'],
    'a mark of byte order': [call(`\u{feff}${canonical()}`), '403'],
    'an id that is a text': [call('{"jsonrpc":"2.0","id":"1","method":"eth_chainId","params":[]}'), '403'],
    'an id of ten digits': [call(canonical('eth_chainId', '[]', 1_234_567_890)), '403'],
    'no id': [call('{"jsonrpc":"2.0","method":"eth_chainId","params":[]}'), '403'],
    'half of a call': [call(canonical().slice(0, 40)), '403'],
    'an empty body': [call(''), '400'],
    'a body of 300 bytes': [call(canonical('eth_chainId', `["${long}"]`)), '413'],
    'a body of a megabyte': [call(`${canonical()}${' '.repeat(1_000_000)}`), null],
    'a length that is more than the body': [
      call(canonical(), { headers: [] }).replace(/content-length: \d+/, 'content-length: 90'),
      null,
    ],
    'a form': [call(canonical()).replace('application/json', 'application/x-www-form-urlencoded'), '400'],
    'a body without a type': [call(canonical()).replace('content-type: application/json\r\n', ''), '400'],
    'a type with more behind it': [
      call(canonical()).replace('application/json', 'application/json; charset=utf-16'),
      '400',
    ],
    'a call with more behind the path': [call(canonical(), { target: '/geth/' }), '404'],
    'a call with a query': [call(canonical(), { target: '/geth?x' }), '404'],
    'a packed body': [call(canonical(), { headers: ['content-encoding: gzip'] }), '400'],
    'a body in a GET': [request({ headers: ['content-length: 2'], body: '{}' }), '400'],

    'a chunked body': [
      request({
        method: 'POST',
        target: '/geth',
        headers: ['content-type: application/json', 'transfer-encoding: chunked'],
        body: `${canonical().length.toString(16)}\r\n${canonical()}\r\n0\r\n\r\n`,
      }),
      '400',
    ],
    'a length and chunks': [call(canonical(), { headers: ['transfer-encoding: chunked'] }), '400'],
    'chunks and a length, with a request behind': [
      request({
        method: 'POST',
        target: '/geth',
        headers: ['content-type: application/json', 'content-length: 4', 'transfer-encoding: chunked'],
        body: `0\r\n\r\n${call(canonical('admin_nodeInfo'))}`,
      }),
      '400',
    ],
    'chunks in a GET': [request({ headers: ['transfer-encoding: chunked'], body: '0\r\n\r\n' }), '400'],
    'no host': [request().replace('host: home.test\r\n', ''), '400'],
    'chunks in disguise': [call(canonical(), { headers: ['transfer-encoding: xchunked'] }), null],
    'chunks behind a tab': [call(canonical(), { headers: ['transfer-encoding:\tchunked'] }), '400'],
    'chunks behind a space in the name': [
      call(canonical(), { headers: ['transfer-encoding : chunked'] }),
      '400',
    ],
    'two lengths': [call(canonical(), { headers: ['content-length: 5'] }), '400'],
    'a length with a sign': [call(canonical()).replace(/content-length: /, 'content-length: +'), '400'],
    'a length with zeros': [call(canonical()).replace(/content-length: /, 'content-length: 00'), '400'],
    'a length below zero': [call(canonical()).replace(/content-length: \d+/, 'content-length: -1'), '400'],
    'a header without a colon': [request({ headers: ['nothing'] }), '400'],
    'a CR within a header': [request({ headers: ['x-a: 1\rx-b: 2'] }), '400'],
    'two hosts': [request({ headers: ['host: other.test'] }), '400'],
    'HTTP/1.0': [request({ version: 'HTTP/1.0' }), '400'],
    'HTTP/0.9': ['GET /beacon/eth/v1/node/syncing\r\n\r\n', '400'],
    'HTTP/1.7': [request({ version: 'HTTP/1.7' }), '400'],
    'HTTP/2 by preface': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', null],
    'HTTP/2 by upgrade': [
      request({
        headers: ['connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABk'],
      }),
      '400',
    ],
    'a WebSocket': [
      request({
        headers: [
          'connection: upgrade',
          'upgrade: websocket',
          'sec-websocket-version: 13',
          `sec-websocket-key: ${'A'.repeat(22)}==`,
        ],
      }),
      '400',
    ],
    Expect: [call(canonical(), { headers: ['expect: 100-continue'] }), '400'],
    'a header of 5 kB': [request({ headers: [`x-long: ${'x'.repeat(5_000)}`] }), '400'],
    'a header of 50 kB': [request({ headers: [`x-long: ${'x'.repeat(50_000)}`] }), '400'],
    'a hundred headers': [
      request({ headers: Array.from({ length: 100 }, (_, index) => `x-${index}: 1`) }),
      '400',
    ],
    'a path of 20 kB': [request({ target: `/${'x'.repeat(20_000)}` }), '400'],
    nonsense: ['\x16\x03\x01 hello\r\n\r\n', '400'],
    mail: ['EHLO home.test\r\n\r\n', '400'],
  } as const satisfies Readonly<Record<string, readonly [string, string | null]>>;

  const putRight = {
    'two equal lengths': call(canonical(), { headers: [`content-length: ${canonical().length}`] }),
    'a folded header': request({ headers: ['x-a: 1\r\n b'] }),
    'a header with a strange name': request({ headers: ['x_y: 1'] }),
    'lines that end with LF': request().replaceAll('\r\n', '\n'),
    'a NUL within a header': request({ headers: ['x-a: \0'] }),
    'a list of lengths': call(canonical()).replace(/content-length: (\d+)/, 'content-length: $1, $1'),
  } as const satisfies Readonly<Record<string, string>>;

  test.for(Object.entries(putRight))(
    '%s: the node sees the one question, written anew',
    async ([, bytes]) => {
      expect(await statuses(endpoint, bytes)).toEqual(['200']);
      const { asked, connections } = endpoint.reached();
      const plain = { connection: 'close', host: '127.0.0.1' };
      const asPosted = {
        ...plain,
        'content-type': 'application/json',
        'content-length': String(canonical().length),
      };
      expect(asked.map(({ headers }) => headers)).toEqual([bytes.startsWith('POST') ? asPosted : plain]);
      expect(connections).toBe(1);
    },
  );

  describe('nothing reaches a node', () => {
    test.for(Object.entries(refused))('%s', async ([, [bytes, status]]) => {
      const answer = await say(endpoint, bytes);
      const [first = ''] = statusesOf(answer);
      expect(first).toMatch(status === null ? /^(4\d\d)?$/ : status);
      expect(statusesOf(answer)).not.toContain('200');
      expect(answer.replaceAll(refusal, '')).toBe('');
      expect(endpoint.reached()).toEqual(nothing);
    });

    test('HTTP/2, which it does not offer', async () => {
      const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
      const answer = await say(endpoint, preface, { alpn: ['h2'], isUnfinished: true });
      expect(answer.replaceAll(refusal, '')).toBe('');
      expect(endpoint.reached()).toEqual(nothing);
      expect(await say(endpoint, request(), { alpn: ['h2', 'http/1.1'] })).toMatch(/^HTTP\/1\.1 200 /);
    });

    test('TLS 1.2', async () => {
      expect(await say(endpoint, request(), { maxVersion: 'TLSv1.2' })).toBe('');
      expect(endpoint.reached()).toEqual(nothing);
    });

    test('plain HTTP on the port for TLS', async () => {
      expect(await sayPlain(endpoint, request())).not.toMatch(/[a-z]{3}/i);
      expect(endpoint.reached()).toEqual(nothing);
    });
  });

  test('its log tells who asked and why not, and neither token nor path nor header', async () => {
    const secret = 'what-a-stranger-sends';
    const bytes = request({ target: `/${secret}?${token}`, headers: [`x-note: ${secret}`] });
    const stranger = request({ authorization: `Bearer ${secret}-of-16-and-more` });
    const from = endpoint.log.length;
    await say(endpoint, `${bytes}${stranger}${call(canonical('net_peerCount'))}`);
    await expect.poll(() => endpoint.log.length).toBe(from + 4);
    // All of its lines are of this form: those who ask for its health leave none.
    expect(endpoint.log.map((line): unknown => JSON.parse(line)).slice(from, -1)).toMatchObject([
      { source: '127.0.0.1', status: 404, refused: 'path', asked: '-' },
      { source: '127.0.0.1', status: 403, refused: 'token', asked: '-' },
      { source: '127.0.0.1', status: 200, refused: '-', upstream: 'geth', asked: 'net_peerCount' },
    ]);
    expect(endpoint.log.join('\n')).not.toContain(secret);
    expect(endpoint.log.join('\n')).not.toContain(token);
  });

  test('its numbers are for Prometheus alone: on another port, and without the token', async () => {
    const inside = `http://127.0.0.1:${endpoint.insidePort}`;
    const metrics = await (await fetch(`${inside}/metrics`)).text();
    expect(metrics).toMatch(/^haproxy_frontend_http_requests_total\{proxy="endpoint"\} \d+$/m);
    expect(metrics).not.toContain(token);
    expect((await fetch(`${inside}/geth`)).status).toBe(404);
    expect((await fetch(`${inside}/stats`)).status).toBe(404);
    expect((await fetch(`${inside}/metrics`, { method: 'POST' })).status).toBe(404);
  });
});

async function started(...options: Parameters<typeof startEndpoint>): Promise<Endpoint> {
  const endpoint = await startEndpoint(...options);
  onTestFinished(endpoint.close);
  return endpoint;
}

describe.skipIf(lacks('helm', 'haproxy'))('limits of the probe endpoint', () => {
  test('the token is good for so many requests in a minute, and what strangers ask does not count', async () => {
    const endpoint = await started({ limits: { requestsPerMinute: 5 } });
    const stranger = request({ authorization: null });
    await say(endpoint, stranger.repeat(20));
    expect(await statuses(endpoint, request().repeat(8))).toEqual([
      ...Array.from({ length: 5 }, () => '200'),
      '429',
      '429',
      '429',
    ]);
    expect(endpoint.reached().asked).toHaveLength(5);
  });

  test('one address may open so many connections in a minute', async () => {
    const endpoint = await started({ limits: { newConnectionsPerMinute: 4 } });
    const answers: (readonly string[])[] = [];
    for (let count = 0; count < 7; count += 1) answers.push(await statuses(endpoint, request()));
    expect(answers.flat()).toEqual(['200', '200', '200', '200']);
  });

  test('one address may hold so many connections at a time', async () => {
    const endpoint = await started({ limits: { connectionsPerSource: 2 } });
    const held = [connect(endpoint.port, '127.0.0.1'), connect(endpoint.port, '127.0.0.1')];
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await say(endpoint, request())).toBe('');
    for (const socket of held) socket.destroy();
    await expect.poll(() => statuses(endpoint, request())).toEqual(['200']);
  });

  const slow = {
    'who opens a connection and says nothing': [null, []],
    'who says hello, and nothing more': ['', ['408']],
    'who never ends the headers': [request().slice(0, -2), ['408']],
    'who never ends the body': [call(canonical()).slice(0, -10), ['408']],
  } as const satisfies Readonly<Record<string, readonly [string | null, readonly string[]]>>;

  test.concurrent.for(Object.entries(slow))(
    '%s is hung up on',
    { timeout: 30_000 },
    async ([, [bytes, said]]) => {
      const endpoint = await startEndpoint();
      try {
        const answer =
          bytes === null ? await sayPlain(endpoint, '') : await say(endpoint, bytes, { isUnfinished: true });
        expect(statusesOf(answer)).toEqual(said);
        expect(endpoint.reached()).toEqual(nothing);
      } finally {
        await endpoint.close();
      }
    },
  );
});

describe.skipIf(lacks('helm', 'haproxy'))('the probe endpoint and its values', () => {
  test('a node that is not named cannot be asked', async () => {
    const endpoint = await started({
      values: { upstreams: { beacond: { host: '127.0.0.1', port: 1, netInfo: false } } },
    });
    for (const target of ['/beacon/eth/v1/node/syncing', '/beacond/net_info']) {
      expect(await statuses(endpoint, request({ target }))).toEqual(['404']);
    }
    expect(await statuses(endpoint, call(canonical()))).toEqual(['404']);
    expect(await statuses(endpoint, request({ target: '/beacond/status' }))).toEqual(['503']);
  });

  test('a node that is away is 503 without a word, and the watchdog calls it bad', async () => {
    const endpoint = await started({ answers: { beacon: { '/eth/v1/node/syncing': 'reset' } } });
    const answer = await say(endpoint, request());
    expect(statusesOf(answer)).toEqual(['502', '403']);
    expect(answer).not.toMatch(/html|haproxy/i);
  });

  test('a block of ten thousand transactions comes through whole', async () => {
    const block = {
      ...blockResult(23_900_000, Date.now()),
      transactions: Array.from({ length: 10_000 }, () => `0x${'1'.repeat(64)}`),
    };
    const now = Date.now();
    const endpoint = await started({
      answers: { geth: { ...executionNode(now), eth_getBlockByNumber: rpcResult(block) } },
    });
    const target = jsonrpc.schema.parse({ ...accessTo(endpoint, 'geth'), chainId: 1 });
    const sample = await jsonrpc.run(target, contextWith({ secrets: { PROBE_TOKEN: token } }));
    expect(sample).toMatchObject({ ok: true, facts: { height: 23_900_000 } });
  });

  test('helm test asks each node one question, and is satisfied only when the token is right', async () => {
    const endpoint = await started();
    const pod = rendered(endpoint.values).find(({ kind }) => kind === 'Pod');
    const [container] = podSpec.parse(pod?.spec).containers;
    const { command, args } = container;
    const asks = (value: string): Promise<{ readonly stdout: string }> =>
      execute('env', [
        `ENDPOINT=https://127.0.0.1:${endpoint.port}`,
        `PROBE_TOKEN=${value}`,
        ...command,
        ...args,
      ]);
    expect(pod?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'test' });
    expect((await asks(token)).stdout).toMatch(/its chain id\n.*"0x1"/);
    const { asked } = endpoint.reached();
    expect(asked.map(({ key }) => key)).toEqual([
      '/eth/v1/beacon/genesis',
      'eth_chainId',
      '/status',
      'eth_chainId',
    ]);
    await expect(asks('another-token-that-is-long-enough')).rejects.toMatchObject({ code: 22 });
    expect(endpoint.reached()).toEqual(nothing);
  });

  test('a newline at the end of the token in the Secret does no harm', async () => {
    const endpoint = await started({ token: `${token}\n` });
    expect(await statuses(endpoint, request())).toEqual(['200']);
  });

  test.for(['short', '', '\n'])('the token %j, of less than 16 characters, opens nothing', async (short) => {
    const endpoint = await started({ token: short });
    const asked = ['Bearer short', 'Bearer', 'Bearer ', ''].map((authorization) =>
      request({ authorization }),
    );
    expect(await statuses(endpoint, asked.join(''))).toEqual(['403', '403', '403', '403']);
    const ready = await fetch(`http://127.0.0.1:${endpoint.insidePort}/ready`);
    expect([ready.status, await ready.text()]).toEqual([503, 'the token has fewer than 16 characters']);
  });

  test('a certificate that it makes is told by the fingerprint that the watchdog compares', () => {
    const secret = rendered({ ...given, tls: { generate: true } }).find(({ kind }) => kind === 'Secret');
    const pem = Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64');
    const fingerprint = createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
    expect(secret?.metadata.annotations).toEqual({
      'helm.sh/resource-policy': 'keep',
      'basement-watchdog/fingerprint': fingerprint,
    });
  });

  test('the name of a Service becomes one that the cluster’s DNS knows', () => {
    expect(configOf(given)).toContain('server node home-geth.default.svc.cluster.local:8545 maxconn 8');
  });
});

describe.skipIf(lacks('helm', 'haproxy', 'geth'))('the probe endpoint before a real geth', () => {
  test('is taken by it for a guest of the house, whatever name the watchdog used', async () => {
    const port = await closedPort(createServer());
    const enginePort = await closedPort(createServer());
    const folder = mkdtempSync(join(tmpdir(), 'geth-'));
    const options = {
      datadir: folder,
      'dev.period': 1,
      'http.port': port,
      'http.vhosts': 'home-geth',
      'authrpc.port': enginePort,
      port: 0,
      cache: 32,
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const geth = spawn(tool('geth').path, ['--dev', '--http', '--ipcdisable', '--nodiscover', ...args], {
      stdio: 'ignore',
    });
    const ended = once(geth, 'exit');
    onTestFinished(async () => {
      geth.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    });
    const endpoint = await started({ values: { upstreams: { geth: { host: '127.0.0.1', port } } } });
    const target = jsonrpc.schema.parse({ ...accessTo(endpoint, 'geth'), chainId: 1337, minPeers: 0 });
    const probed = (): Promise<Sample> =>
      jsonrpc.run(target, contextWith({ secrets: { PROBE_TOKEN: token } }));
    await expect
      .poll(probed, { timeout: 30_000, interval: 200 })
      .toMatchObject({ ok: true, facts: { peers: 0 } });
    const direct = await fetch(`http://localhost:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: canonical(),
    });
    expect(direct.status).toBe(403);
  });
});

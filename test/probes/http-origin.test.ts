// The http probe keeps credentials at home: who sees them, redirects, and what never shows in an answer.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { http } from '../../functions/probes/http.ts';
import { authority } from '../support/certificates.ts';
import { dnsServer } from '../support/dns-server.ts';
import { listen } from '../support/server.ts';
import type { Listening } from '../support/server.ts';
import { contextWith } from './context.ts';

const secrets = { TOKEN: 's3cret-token', KEY: 's3cret-key', PASSWORD: 's3cret-päss' };
const credentials = {
  auth: { bearer: { env: 'TOKEN' } },
  headers: { Cookie: { env: 'KEY' }, 'X-Api-Key': { env: 'KEY' }, 'x-plain': 'plain' },
};

async function started(server: Server): Promise<Listening> {
  const listening = await listen(server);
  onTestFinished(listening.close);
  return listening;
}

async function run(options: object, given: Parameters<typeof contextWith>[0] = {}): Promise<Sample> {
  const sample = await http.run(http.schema.parse(options), contextWith({ secrets, ...given }));
  expect(JSON.stringify(sample)).not.toMatch(/s3cret|hunter2/);
  return sample;
}

/** A server that keeps the headers of each request, and answers by path. */
function witness(routes: Readonly<Record<string, RequestListener>> = {}): {
  readonly server: Server;
  readonly seen: IncomingHttpHeaders[];
  readonly methods: string[];
} {
  const seen: IncomingHttpHeaders[] = [];
  const methods: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    methods.push(request.method ?? '');
    const route = routes[request.url ?? ''];
    if (route === undefined) response.end('ok');
    else route(request, response);
  });
  return { server, seen, methods };
}

const redirect =
  (location: string, status = 302): RequestListener =>
  (_, response) =>
    response.writeHead(status, { location }).end();

describe('credentials', () => {
  test('are sent to the origin of the url', async () => {
    const { server, seen } = witness();
    const { address } = await started(server);
    expect(await run({ url: `http://${address}/`, ...credentials })).toMatchObject({ ok: true });
    expect(seen[0]).toMatchObject({
      authorization: 'Bearer s3cret-token',
      cookie: 's3cret-key',
      'x-api-key': 's3cret-key',
      'x-plain': 'plain',
    });
  });

  test('may be a user name and a password', async () => {
    const { server, seen } = witness();
    const { address } = await started(server);
    await run({
      url: `http://${address}/`,
      auth: { basic: { username: 'me', password: { env: 'PASSWORD' } } },
    });
    const [, encoded = ''] = seen[0]?.authorization?.split(' ') ?? [];
    expect(Buffer.from(encoded, 'base64').toString()).toBe('me:s3cret-päss');
  });

  test('go along with a redirect within the origin', async () => {
    const { server, seen } = witness({ '/a': redirect('/b?key=hunter2') });
    const { address } = await started(server);
    expect(await run({ url: `http://${address}/a`, followRedirects: 1, ...credentials })).toMatchObject({
      ok: true,
    });
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({ authorization: 'Bearer s3cret-token', cookie: 's3cret-key' });
  });

  test('stay behind when a redirect leaves the origin, even if it leads back', async () => {
    const home = witness();
    const homeAt = await started(home.server);
    const other = witness({ '/': redirect(`http://${homeAt.address}/back`) });
    const otherAt = await started(other.server);
    home.server.removeAllListeners('request').on('request', (request, response) => {
      home.seen.push(request.headers);
      if (request.url === '/') response.writeHead(302, { location: `http://${otherAt.address}/` });
      response.end();
    });
    expect(await run({ url: `http://${homeAt.address}/`, followRedirects: 5, ...credentials })).toMatchObject(
      {
        ok: true,
      },
    );
    const bare = (headers: IncomingHttpHeaders | undefined): string[] => Object.keys(headers ?? {}).sort();
    expect(home.seen[0]).toHaveProperty('authorization');
    expect(bare(other.seen[0])).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(bare(home.seen[1])).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  test('stay behind when only the port or the host name differs', async () => {
    const { server, seen } = witness();
    const { port } = await started(server);
    const { address, close } = await dnsServer({ 'home.test': ['127.0.0.1'] });
    onTestFinished(close);
    const network = { nameServers: [address] };
    const home = await started(createServer(redirect(`http://home.test:${port}/`)));
    await run({ url: `http://${home.address}/`, followRedirects: 1, ...credentials }, { network });
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty('authorization');
    expect(seen[0]).not.toHaveProperty('cookie');
  });

  test('stop a redirect from https to http', async () => {
    const ca = authority();
    const plain = witness();
    const { address } = await started(plain.server);
    const secure = createTlsServer(
      ca.issue({ name: 'home.test', hosts: ['127.0.0.1'] }),
      redirect(`http://${address}/`),
    );
    const home = await started(secure);
    const options = { url: `https://${home.address}/`, followRedirects: 2, tls: { ca: { env: 'CA' } } };
    const given = { secrets: { ...secrets, CA: ca.cert } };
    expect(await run({ ...options, ...credentials }, given)).toMatchObject({
      ok: false,
      reason: 'status',
      detail: 'redirects from https to http, which is not followed with credentials',
    });
    expect(plain.seen).toHaveLength(0);
    expect(await run(options, given)).toMatchObject({ ok: true });
    expect(plain.seen).toHaveLength(1);
  });

  test('that cannot be read throw ERR_SECRET before anything is asked', async () => {
    const { server } = witness();
    const { address, accepted } = await started(server);
    const options = http.schema.parse({ url: `http://${address}/`, auth: { bearer: { env: 'ABSENT' } } });
    await expect(http.run(options, contextWith())).rejects.toMatchObject({ code: 'ERR_SECRET' });
    expect(accepted()).toBe(0);
  });

  test('that no header can carry throw ERR_SECRET without their value', async () => {
    const options = http.schema.parse({ url: 'http://127.0.0.1:1/', headers: { 'x-key': { env: 'KEY' } } });
    const broken = http.run(options, contextWith({ secrets: { KEY: 's3cret\r\nx: y' } }));
    await expect(broken).rejects.toMatchObject({ code: 'ERR_SECRET' });
    await expect(broken).rejects.not.toThrow(/s3cret/);
  });
});

describe('a redirect', () => {
  test('is judged by its status and not followed by default', async () => {
    const { server, seen } = witness({ '/': redirect('/b') });
    const { address } = await started(server);
    expect(await run({ url: `http://${address}/` })).toMatchObject({
      ok: false,
      reason: 'status',
      detail: 'answered 302, expected 2xx',
    });
    expect(await run({ url: `http://${address}/`, expect: { status: [302] } })).toMatchObject({ ok: true });
    expect(seen).toHaveLength(2);
  });

  test.for([
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254 is a metadata address'],
    ['http://metadata.test/computeMetadata/v1', 'resolves to 169.254.169.254, a metadata address'],
    ['http://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe is a mapped address'],
    ['http://10.0.0.1/', '10.0.0.1 is a private address'],
    ['http://2852039166/', '169.254.169.254 is a metadata address'],
  ] as const)('to %s is refused when dialled', async ([location, detail]) => {
    const { address, close } = await dnsServer({ 'metadata.test': ['169.254.169.254'] });
    onTestFinished(close);
    const home = await started(createServer(redirect(location)));
    const sample = await run(
      { url: `http://${home.address}/`, followRedirects: 3 },
      { network: { nameServers: [address] } },
    );
    expect(sample).toMatchObject({
      ok: false,
      reason: 'unreachable',
      detail: `after a redirect: ${detail}, which this site does not allow`,
    });
  });

  test('to loopback is refused when only the named host is allowed', async () => {
    const inner = witness();
    const { address } = await started(inner.server);
    const home = await started(createServer(redirect(`http://${address}/`)));
    const hosts = new Map([['home.test:80', { address: '127.0.0.1', port: home.port }]]);
    const sample = await run(
      { url: 'http://home.test/', followRedirects: 1 },
      { network: { hosts, allow: [] } },
    );
    expect(sample).toMatchObject({
      ok: false,
      reason: 'unreachable',
      detail: 'after a redirect: 127.0.0.1 is a loopback address, which this site does not allow',
    });
    expect(inner.seen).toHaveLength(0);
  });

  test.for([
    ['ftp://x.test/', 'protocol', 'redirects to something that is not an http or https url'],
    ['http://', 'protocol', 'redirects to something that is not an http or https url'],
    ['http://a:hunter2@x.test/', 'protocol', 'redirects to a url with a user name or password'],
    ['/', 'status', 'redirects more often than followRedirects allows (2)'],
  ] as const)('to %s answers %s', async ([location, reason, detail]) => {
    const home = await started(createServer(redirect(location)));
    expect(await run({ url: `http://${home.address}/`, followRedirects: 2 })).toMatchObject({
      ok: false,
      reason,
      detail,
    });
  });

  test.for([
    [302, ['POST', 'GET']],
    [303, ['POST', 'GET']],
    [307, ['POST', 'POST']],
    [308, ['POST', 'POST']],
  ] as const)('of a POST with %i within the origin asks %j', async ([status, expected]) => {
    const { server, methods } = witness({ '/': redirect('/b', status) });
    const { address } = await started(server);
    await run({ url: `http://${address}/`, method: 'POST', body: '{}', followRedirects: 1 });
    expect(methods).toEqual(expected);
  });

  test('never carries a body to another origin', async () => {
    const { server, seen } = witness();
    const { address, port } = await started(server);
    const home = await started(createServer(redirect(`http://${address}/`, 307)));
    const options = { url: `http://${home.address}/`, method: 'POST', body: 'hunter2', followRedirects: 1 };
    expect(await run(options)).toMatchObject({
      ok: false,
      reason: 'status',
      detail: `redirects a POST to 127.0.0.1:${port}, which is not followed`,
    });
    expect(seen).toHaveLength(0);
  });
});

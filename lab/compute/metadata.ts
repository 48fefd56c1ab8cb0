// The metadata server of one pretend machine: who it is, what its template tells it, what it publishes, and a token that proves it.
import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { isGuestAllowed } from './guest.ts';
import type { Instance } from './resource.ts';
import { timestamp } from './show.ts';
import type { World } from './world.ts';

export type Metadata = {
  /** `127.0.0.1:PORT`, for the variable GCE_METADATA_HOST. */
  readonly host: string;
  readonly close: () => Promise<void>;
};

type Reply = { readonly status: number; readonly text: string };

const mostBytes = 256 * 1024;
let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | null = null;
const keyPair = () => (keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
const keyId = createHash('sha256').update('pretend compute').digest('hex').slice(0, 40);

/** The key that checks the tokens of all pretend machines of this process, as Google publishes its own. */
export const identityKeys = (): object => ({
  keys: [{ ...keyPair().publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' }],
});

function identity(world: World, instance: Instance, query: URLSearchParams): Reply {
  const audience = query.get('audience');
  if (audience === null || audience === '')
    return { status: 400, text: 'non-empty audience parameter required' };
  const issuedAt = Math.floor(world.settle() / 1000);
  const email = instance.properties.serviceAccounts[0]?.email;
  if (email === undefined) return { status: 404, text: 'not found' };
  const isFull = query.get('format') === 'full';
  const claims = {
    aud: audience,
    azp: instance.id,
    email,
    email_verified: true,
    exp: issuedAt + 3_600,
    ...(isFull
      ? {
          google: {
            compute_engine: {
              instance_creation_timestamp: Math.floor(instance.createdAt / 1000),
              instance_id: instance.id,
              instance_name: instance.name,
              project_id: world.project,
              project_number: Number(world.projectNumber),
              zone: instance.zone,
            },
          },
        }
      : {}),
    iat: issuedAt,
    iss: 'https://accounts.google.com',
    sub: instance.id,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: keyId, typ: 'JWT' })}.${part(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(keyPair().privateKey, 'base64url');
  return { status: 200, text: `${signed}.${signature}` };
}

const ok = (text: string): Reply => ({ status: 200, text });
const json = (value: object): Reply => ok(JSON.stringify(value));
const missing: Reply = { status: 404, text: 'not found' };

function guest(instance: Instance, method: string, path: string, body: string): Reply {
  if (!isGuestAllowed(instance)) {
    return { status: 403, text: 'Guest attributes endpoint access is disabled.' };
  }
  if (!/^[\w-]+\/[\w-]+$/.test(path)) return { status: 400, text: 'Invalid path.' };
  if (method === 'PUT') {
    if (Buffer.byteLength(body) > mostBytes) return { status: 400, text: 'Value too large.' };
    instance.guest.set(path, body);
    return ok('');
  }
  if (method === 'DELETE') {
    instance.guest.delete(path);
    return ok('');
  }
  const value = instance.guest.get(path);
  return value === undefined ? missing : ok(value);
}

const isRecursive = (url: URL): boolean => url.searchParams.get('recursive')?.toLowerCase() === 'true';

function ofProject(world: World, path: string): Reply {
  switch (path) {
    case '/computeMetadata/v1/project/project-id':
      return ok(world.project);
    case '/computeMetadata/v1/project/numeric-project-id':
      return ok(world.projectNumber);
    case '/computeMetadata/v1/project/attributes/':
      return json({});
    default:
      return missing;
  }
}

function reply(world: World, instance: Instance, asked: { method: string; url: URL; body: string }): Reply {
  const { method, url, body } = asked;
  const path = /^\/computeMetadata\/v1\/instance\/(.+)$/.exec(url.pathname)?.[1];
  if (path === undefined) return ofProject(world, url.pathname);
  const attribute = /^guest-attributes\/(.+)$/.exec(path)?.[1];
  if (attribute !== undefined) return guest(instance, method, attribute, body);
  if (method !== 'GET') return { status: 405, text: 'method not allowed' };
  const { items } = instance.properties.metadata;
  // A folder as a whole: the only way in which we answer one.
  if (path === 'attributes/' && isRecursive(url)) {
    return json(Object.fromEntries(items.map(({ key, value }) => [key, value])));
  }
  const key = /^attributes\/(.+)$/.exec(path)?.[1];
  if (key !== undefined) {
    const item = items.find((each) => each.key === key);
    return item === undefined ? missing : ok(item.value);
  }
  switch (path) {
    case 'id':
      return ok(instance.id);
    case 'name':
      return ok(instance.name);
    case 'hostname':
      return ok(`${instance.name}.${instance.zone}.c.${world.project}.internal`);
    case 'zone':
      return ok(`projects/${world.projectNumber}/zones/${instance.zone}`);
    case 'creation-timestamp':
      return ok(timestamp(instance.createdAt));
    case 'maintenance-event':
      return ok('NONE');
    case 'preempted':
      return ok(instance.isPreempted ? 'TRUE' : 'FALSE');
    case 'service-accounts/default/identity':
      return identity(world, instance, url.searchParams);
    default:
      return missing;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > 2 * mostBytes) break;
  }
  return body;
}

/** Starts it. It answers only while the machine runs, and only who sends the header that no browser sends. */
export async function metadataFor(world: World, instance: Instance): Promise<Metadata> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await bodyOf(request);
      world.settle();
      if (instance.status !== 'RUNNING') {
        request.socket.destroy();
        return;
      }
      const isAsked = request.headers['metadata-flavor'] === 'Google';
      const url = new URL(request.url ?? '/', 'http://metadata');
      const { status, text } = isAsked
        ? reply(world, instance, { method: request.method ?? 'GET', url, body })
        : { status: 403, text: 'Missing Metadata-Flavor:Google header.' };
      response
        .writeHead(status, { 'metadata-flavor': 'Google', 'content-type': 'application/text' })
        .end(text);
    };
    answer().catch(() => {
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metadata server has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}

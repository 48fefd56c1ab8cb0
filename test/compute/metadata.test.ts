// What a pretend machine's agent finds at its metadata server, and what of it the API shows.
import { createPublicKey, verify } from 'node:crypto';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { identityKeys } from '../../lab/compute/metadata.ts';
import { askCompute } from '../support/compute-api.ts';
import {
  began,
  order,
  pretendCompute,
  project,
  uuid,
  valueOf,
  type World,
  zoneA,
} from '../support/pretend-compute.ts';

let world: World;
let host: string;
beforeEach(async () => {
  world = await pretendCompute();
  await world.running();
  ({ host } = await world.compute.metadata('bw-home-x1'));
});
afterEach(async () => {
  await world.compute.close();
});

const flavour = { 'metadata-flavor': 'Google' };
async function agent(
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  { body, headers = flavour }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<readonly [number, string]> {
  const answer = await request(`http://${host}/computeMetadata/v1/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return [answer.statusCode, await answer.body.text()];
}

describe('the metadata server', () => {
  test('says who the machine is', async () => {
    const { id } = world.compute.instances()[0] ?? {};
    expect(await agent('GET', 'instance/id')).toEqual([200, id]);
    expect(await agent('GET', 'instance/name')).toEqual([200, 'bw-home-x1']);
    expect(await agent('GET', 'instance/zone')).toEqual([200, `projects/123456789012/zones/${zoneA}`]);
    expect(await agent('GET', 'project/project-id')).toEqual([200, project]);
    expect(await agent('GET', 'instance/attributes/enable-guest-attributes')).toEqual([200, 'TRUE']);
    expect(await agent('GET', 'instance/attributes/ssh-keys')).toEqual([404, 'not found']);
    expect(await agent('GET', 'instance/maintenance-event')).toEqual([200, 'NONE']);
    expect(await agent('GET', 'instance/preempted')).toEqual([200, 'FALSE']);
    expect(await agent('GET', 'instance/hostname')).toEqual([
      200,
      `bw-home-x1.${zoneA}.c.${project}.internal`,
    ]);
  });

  test('shows all attributes at once, as cloud-init asks for them', async () => {
    const items = world.compute.instances()[0]?.properties.metadata.items ?? [];
    const [status, text] = await agent('GET', 'instance/attributes/?recursive=True');
    expect(status).toBe(200);
    expect(items.length).toBeGreaterThan(0);
    expect(JSON.parse(text)).toEqual(Object.fromEntries(items.map(({ key, value }) => [key, value])));
    expect(await agent('GET', 'project/attributes/?recursive=True')).toEqual([200, '{}']);
    expect((await agent('GET', 'instance/attributes/'))[0]).toBe(404);
  });

  test('answers only who sends the header that no browser sends', async () => {
    expect((await agent('GET', 'instance/id', { headers: {} }))[0]).toBe(403);
    expect(
      (await agent('PUT', 'instance/guest-attributes/watchdog/report', { body: 'x', headers: {} }))[0],
    ).toBe(403);
    expect(valueOf(await world.door.report(order(), world.signal))).toBe(null);
  });

  test('takes what the agent publishes, and the door reads it', async () => {
    const path = 'instance/guest-attributes/watchdog/report';
    expect(await agent('GET', path)).toEqual([404, 'not found']);
    expect(await agent('PUT', path, { body: '{"version":1}' })).toEqual([200, '']);
    expect(await agent('GET', path)).toEqual([200, '{"version":1}']);
    expect(valueOf(await world.door.report(order(), world.signal))).toBe('{"version":1}');
    expect((await agent('PUT', path, { body: 'x'.repeat(300_000) }))[0]).toBe(400);
    expect((await agent('PUT', 'instance/guest-attributes/flat', { body: 'x' }))[0]).toBe(400);
    expect((await agent('PUT', 'instance/name', { body: 'x' }))[0]).toBe(405);
    expect(await agent('DELETE', path)).toEqual([200, '']);
    expect(valueOf(await world.door.report(order(), world.signal))).toBe(null);
  });

  test('takes nothing where the template does not allow it, and the API shows nothing', async () => {
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'silent',
      properties: {
        machineType: 'e2-small',
        metadata: { items: [{ key: 'enable-guest-attributes', value: 'FALSE' }] },
      },
    });
    await world.running({ name: 'bw-silent', template: 'silent', requestId: uuid(2) });
    ({ host } = await world.compute.metadata('bw-silent'));
    expect((await agent('PUT', 'instance/guest-attributes/watchdog/report', { body: 'x' }))[0]).toBe(403);
    world.compute.alter('bw-silent', ({ guest }) => guest.set('watchdog/report', 'x'));
    expect(
      await askCompute(world.compute, 'GET', `zones/${zoneA}/instances/bw-silent/getGuestAttributes`),
    ).toMatchObject({ status: 404 });
  });

  test('is as dead as its machine', async () => {
    world.compute.vanish('bw-home-x1');
    await world.running({ name: 'bw-b', template: 'spot', requestId: uuid(2) });
    ({ host } = await world.compute.metadata('bw-b'));
    expect((await agent('GET', 'instance/id'))[0]).toBe(200);
    world.compute.preempt('bw-b');
    await expect(agent('GET', 'instance/id')).rejects.toThrow(/other side closed|ECONNRESET/);
  });

  test('gives a token that proves which machine it is, signed and for one hour', async () => {
    expect((await agent('GET', 'instance/service-accounts/default/identity'))[0]).toBe(400);
    const [, token] = await agent(
      'GET',
      'instance/service-accounts/default/identity?audience=https://witness.example&format=full',
    );
    const [head = '', claims = '', signature = ''] = token.split('.');
    const { keys } = z
      .object({ keys: z.array(z.looseObject({ kid: z.string() })).length(1) })
      .parse(identityKeys());
    const [key] = keys;
    if (key === undefined) throw new Error('there is no key');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toMatchObject({ alg: 'RS256', kid: key.kid });
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    expect(
      verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')),
    ).toBe(true);
    const now = began / 1000 + 60;
    expect(read(claims)).toMatchObject({
      aud: 'https://witness.example',
      iss: 'https://accounts.google.com',
      iat: now,
      exp: now + 3_600,
      google: {
        compute_engine: {
          instance_name: 'bw-home-x1',
          project_id: project,
          zone: zoneA,
          instance_id: world.compute.instances()[0]?.id,
        },
      },
    });
    const [, short] = await agent('GET', 'instance/service-accounts/default/identity?audience=x');
    expect(read(short.split('.')[1] ?? '')).not.toHaveProperty('google');
  });
});

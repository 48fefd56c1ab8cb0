// Whom `watch` wakes, by what its environment says.
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { bindTelling } from '../../functions/entry/telling.ts';
import { listen, type Listening } from '../support/server.ts';

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The address of a server that notes when it is called. */
async function called(name: string, calls: string[]): Promise<string> {
  const server = await listen(
    createServer((_, response) => {
      calls.push(name);
      response.writeHead(200).end();
    }),
  );
  servers.push(server);
  return `http://${server.address}/`;
}

test('each function has its address, and one that has none is not woken', async () => {
  const calls: string[] = [];
  const variables = {
    DELIVER_URL: await called('deliver', calls),
    PROVISION_URL: await called('provision', calls),
  };
  const bind = (given: Readonly<Record<string, string | undefined>>) =>
    bindTelling({ selfWatch: null }, { variables: given, secret: () => '' });
  const { signal } = new AbortController();
  const { pokeDeliver, pokeProvision } = bind(variables);
  expect(await pokeProvision?.(signal)).toEqual({ accepted: true });
  expect(calls).toEqual(['provision']);
  expect(await pokeDeliver?.(signal)).toEqual({ accepted: true });
  expect(calls).toEqual(['provision', 'deliver']);
  expect(bind({ DELIVER_URL: variables.DELIVER_URL }).pokeProvision).toBeNull();
  expect(bind({}).pokeDeliver).toBeNull();
});

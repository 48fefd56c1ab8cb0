// The secrets of each function: what `deploy prepare` writes down is what the function asks its environment for, name by name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames, readsOf, type FunctionName } from '../../cli/deploy/reads.ts';
import { loadConfig } from '../../functions/config/config.ts';
import { createAck } from '../../functions/entry/ack.ts';
import { createDaily } from '../../functions/entry/daily.ts';
import { createDeliver } from '../../functions/entry/deliver.ts';
import { createGate } from '../../functions/entry/gate.ts';
import { createHeartbeat } from '../../functions/entry/heartbeat.ts';
import { createProvision } from '../../functions/entry/provision.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { createWatch } from '../../functions/entry/watch.ts';
import { createWitness } from '../../functions/entry/witness.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import type { Environment } from '../../functions/kit/environment.ts';
import type { HttpFunction } from '../../functions/kit/http-function.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { deployedHouse, type DeployedHouse } from './house.ts';

const entries: Readonly<Record<FunctionName, (environment: Environment) => HttpFunction>> = {
  watch: createWatch,
  witness: createWitness,
  deliver: createDeliver,
  provision: createProvision,
  heartbeat: createHeartbeat,
  gate: createGate,
  ack: createAck,
  status: createStatus,
  daily: createDaily,
};

let house: DeployedHouse;
let reads: ReturnType<typeof readsOf>;
beforeAll(async () => {
  house = await deployedHouse();
  reads = readsOf(loadConfig(house.path, house.network));
});
afterAll(() => house.close());

/** The answer to a call of a function with these secrets, and the names of the secrets that it asked for. */
async function called(name: FunctionName, secrets: Readonly<Record<string, string>>) {
  const asked = new Set<string>();
  const variables = new Proxy<Record<string, string>>(
    { ...house.variables, ...secrets },
    {
      get: (target, key) => {
        if (typeof key === 'string' && Object.hasOwn(house.secrets, key)) asked.add(key);
        return typeof key === 'string' ? target[key] : undefined;
      },
    },
  );
  const environment: Environment = {
    variables,
    clock: systemClock,
    log: () => silentLog,
    print: () => undefined,
    network: house.network,
  };
  const { url, close } = await serveFunction(entries[name](environment));
  try {
    return { answer: await house.calls[name].ask(url), asked: [...asked].toSorted() };
  } finally {
    await close();
  }
}

const own = (name: FunctionName, without?: string): Record<string, string> =>
  Object.fromEntries(
    (reads[name]?.secrets ?? [])
      .filter((each) => each !== without)
      .map((each) => [each, house.secrets[each] ?? '']),
  );

describe('a function that has exactly its secrets', () => {
  test.each(functionNames)(
    '%s answers as it should, and asks for each of them and for no other',
    async (name) => {
      const { answer, asked } = await called(name, own(name));
      expect(answer).toEqual(house.calls[name].right);
      expect(asked).toEqual(reads[name]?.secrets);
    },
  );
});

// The others go on without: what a probe or a channel lacks is told as its own trouble.
test.each(['heartbeat', 'gate', 'ack', 'status'] as const)(
  '%s does not answer without any one of its secrets, whichever it is',
  async (name) => {
    const answers: [string, unknown][] = [];
    for (const each of reads[name]?.secrets ?? []) {
      const { answer } = await called(name, own(name, each));
      if (isDeepStrictEqual(answer, house.calls[name].right)) answers.push([each, answer]);
    }
    expect(answers).toEqual([]);
    expect((await called(name, own(name))).answer).toEqual(house.calls[name].right);
  },
);

test('every secret of the configuration is read by some function', () => {
  const all = Object.values(reads).flatMap(({ secrets }) => secrets);
  expect([...new Set(all)].toSorted()).toEqual(Object.keys(house.secrets).toSorted());
});

test('the names are those that functions/index.ts registers', () => {
  const index = readFileSync(join(import.meta.dirname, '../../functions/index.ts'), 'utf8');
  const registered = [...index.matchAll(/import\('\.\/entry\/([a-z]+)\.ts'\)/g)].map(([, name]) => name);
  expect(new Set(registered)).toEqual(new Set<string>(functionNames));
  expect(registered).toHaveLength(functionNames.length);
});

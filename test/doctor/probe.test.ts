// What `doctor --probe` tries: writes as our accounts, calls without a token, and a forged sender, against the real function `status`.
import { createServer, request as ask } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Check } from '../../cli/doctor/check.ts';
import { probe, type ProbeWorld } from '../../cli/doctor/probe.ts';
import { openGoogle } from '../../cli/google/google.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { deployedFolder, outputsOf, project } from '../support/deployed.ts';
import { putHealthy } from '../support/healthy-google.ts';
import { disabled, forbidden, pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';
import { listen, type Listening } from '../support/server.ts';
import { at, worldOf } from './world.ts';

let google: PretendGoogle;
let status: Awaited<ReturnType<typeof serveFunction>>;
/** As Google's: it appends the address of whoever calls. */
let front: Listening;
/** Turns everybody away, as the platform does for private functions. */
let door: Listening;
let doorStatus = 403;

const folder = deployedFolder();
beforeAll(async () => {
  google = await pretendGoogle();
  status = await serveFunction(
    createStatus({
      variables: {
        FIRESTORE_EMULATOR_HOST: '127.0.0.1:9',
        WATCHDOG_CONFIG: join(folder.path, 'watchdog.yaml'),
        STATUS_TOKEN: 'value-of-STATUS_TOKEN',
      },
      clock: systemClock,
      log: () => silentLog,
      print: () => {},
      network: { allow: [], hosts: new Map() },
    }),
  );
  front = await listen(
    createServer((incoming, outgoing) => {
      const before = incoming.headers['x-forwarded-for'];
      const forwarded = [...(before === undefined ? [] : [before].flat()), '203.0.113.5'].join(', ');
      const onward = ask(
        new URL(incoming.url ?? '/', status.url),
        { headers: { ...incoming.headers, 'x-forwarded-for': forwarded } },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.end();
    }),
  );
  door = await listen(
    createServer((_request, response) => {
      response.writeHead(doorStatus).end();
    }),
  );
});
afterAll(async () => {
  await Promise.all([google.close(), status.close(), front.close(), door.close()]);
  folder.remove();
});
beforeEach(() => {
  doorStatus = 403;
  google.reset();
  putHealthy(google, outputsOf(), at);
});

function worldAt(statusUrl: string): ProbeWorld {
  const outputs = outputsOf();
  const functions = Object.fromEntries(
    Object.entries(outputs.functions).map(([name, each]) => [
      name,
      {
        ...each,
        url: name === 'status' ? statusUrl : `http://${door.address}`,
        is_public: name === 'status',
      },
    ]),
  );
  return {
    ...worldOf(google, { outputs: { ...outputs, functions } }),
    as: (token) =>
      openGoogle({
        clock: systemClock,
        endpoint: google.endpoint,
        isCounted: false,
        identify: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      }),
    statusToken: () => Promise.resolve({ ok: true, token: 'value-of-STATUS_TOKEN' }),
  };
}

const behindFront = (): Promise<readonly Check[]> => probe(worldAt(`http://${front.address}`));
const lines = (checks: readonly Check[], only?: Check['state']): string =>
  checks
    .filter(({ state }) => only === undefined || state === only)
    .map(({ state, name, says }) => `${state} ${name}: ${says}`)
    .join('\n');

test('where nobody may and nobody is believed, all of it is good', async () => {
  google.fault(/generateAccessToken/, forbidden('iam.serviceAccounts.getAccessToken'));
  const found = await behindFront();
  expect(found.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(lines(found)).toMatch(/ok watchdog-gate@.*may not write the keys database, says Google/);
  expect(lines(found)).toMatch(/ok address of a sender: functions see you as 203\.0\.113\.5/);
  expect(lines(found)).toMatch(/ok watch: turns away whoever has no token \(403\)/);
  expect(google.strangers).toEqual([]);
});

describe('a forged sender', () => {
  test('that is believed is found: nothing stands before the function that appends who calls', async () => {
    google.fault(/generateAccessToken/, forbidden('x'));
    expect(lines(await probe(worldAt(status.url)), 'broken')).toMatch(
      /broken address of a sender: functions believe what a caller writes into X-Forwarded-For \(192\.0\.2\.78\)/,
    );
  });

  test('cannot be tried without the token', async () => {
    google.fault(/generateAccessToken/, forbidden('x'));
    const world = worldAt(`http://${front.address}`);
    const wrong = await probe({ ...world, statusToken: () => Promise.resolve({ ok: true, token: 'wrong' }) });
    expect(lines(wrong, 'unknown')).toMatch(/unknown address of a sender: status does not take the token/);
    const none = await probe({
      ...world,
      statusToken: () => Promise.resolve({ ok: false, why: 'no token' }),
    });
    expect(lines(none, 'unknown')).toMatch(/unknown address of a sender: no token/);
  });
});

test('a private function that answers whoever comes is found', async () => {
  google.fault(/generateAccessToken/, forbidden('x'));
  doorStatus = 405;
  expect(lines(await behindFront(), 'broken')).toMatch(/broken watch: lets in whoever has no token \(405\)/);
  doorStatus = 503;
  expect(lines(await behindFront(), 'broken')).toMatch(/broken watch: answers with 503/);
});

test('a 404 is no proof: of a private function it is not known, of a public one broken; only daily answers so by itself', async () => {
  google.fault(/generateAccessToken/, forbidden('x'));
  doorStatus = 404;
  const found = await behindFront();
  expect(lines(found, 'unknown')).toMatch(/unknown watch: answers with 404: it may not be there at all/);
  expect(lines(found, 'ok')).toMatch(/ok daily: turns away whoever has no token \(404\)/);
  expect(lines(await probe(worldAt(`http://${door.address}`)), 'broken')).toMatch(
    /broken status: answers with 404, which is none of its own/,
  );
});

describe('a write into the keys database', () => {
  const actAsEverybody = (): void => {
    for (const email of Object.values(outputsOf().functions).map((each) => each.service_account)) {
      google.put(
        `iamcredentials.googleapis.com/v1/projects/${project}/serviceAccounts/${email}:generateAccessToken`,
        { accessToken: 'token', expireTime: '2030-01-01T00:00:00Z' },
      );
    }
  };

  test('that is refused for where it counts proves nothing, and counts for no project', async () => {
    actAsEverybody();
    google.fault(/documents:commit/, {
      kind: 'status',
      status: 403,
      body: { error: { details: [{ reason: 'USER_PROJECT_DENIED' }] } },
    });
    expect(lines(await behindFront(), 'unknown')).toMatch(/unknown watchdog-watch@.*may not count for/);
    const tried = google.calls.filter(({ path }) => path.endsWith(':commit'));
    expect(new Set(tried.map(({ countedFor }) => countedFor))).toEqual(new Set([null]));
  });

  test('without a token for a reason that proves nothing is not known', async () => {
    google.fault(/generateAccessToken/, { kind: 'page' });
    expect(lines(await behindFront(), 'unknown')).toMatch(
      /unknown watchdog-watch@.*a token of watchdog-watch@/,
    );
  });

  test('into a database that is not there proves nothing', async () => {
    actAsEverybody();
    google.fault(/documents:commit/, { kind: 'status', status: 404 });
    google.fault(/databases\/keys$/, { kind: 'status', status: 404 });
    const found = await behindFront();
    expect(lines(found, 'unknown')).toMatch(/unknown watchdog-watch@.*there is no database keys/);
    expect(lines(found, 'broken')).toBe('');
  });

  test('that Google would allow is found', async () => {
    google.fault(/generateAccessToken/, forbidden('x'));
    google.put('policytroubleshooter.googleapis.com/v3/iam:troubleshoot', {
      overallAccessState: 'CAN_ACCESS',
    });
    expect(lines(await behindFront(), 'broken')).toMatch(
      /broken watchdog-watch@.*may write the keys database \(datastore\.entities\.create, datastore\.entities\.update/,
    );
  });

  test.each(['UNKNOWN_INFO', 'UNKNOWN_CONDITIONAL', 'OVERALL_ACCESS_STATE_UNSPECIFIED'])(
    'of which Google says %s is not known',
    async (overallAccessState) => {
      google.fault(/generateAccessToken/, forbidden('x'));
      google.put('policytroubleshooter.googleapis.com/v3/iam:troubleshoot', { overallAccessState });
      expect(lines(await behindFront(), 'unknown')).toMatch(
        /unknown watchdog-watch@.*Google cannot tell you/,
      );
    },
  );

  test('of which Google cannot be asked is not known, with what to enable', async () => {
    google.fault(/generateAccessToken/, forbidden('x'));
    google.fault(/troubleshoot/, disabled('policytroubleshooter.googleapis.com'));
    expect(lines(await behindFront(), 'unknown')).toMatch(
      /unknown watchdog-watch@.*gcloud services enable policytroubleshooter\.googleapis\.com/,
    );
  });

  test('is tried where somebody may be the account: refused is good, let in is broken, and nothing is written', async () => {
    actAsEverybody();
    google.fault(/documents:commit/, forbidden('datastore.entities.update'));
    expect(lines(await behindFront(), 'ok')).toMatch(
      /ok watchdog-watch@.*was refused when it tried to write/,
    );
    expect(JSON.stringify(google.calls.find(({ path }) => path.endsWith(':commit'))?.body)).toContain(
      '{"exists":true}',
    );
    google.heal();
    google.fault(/documents:commit/, { kind: 'status', status: 404 });
    expect(lines(await behindFront(), 'broken')).toMatch(
      /broken watchdog-watch@.*was let into the keys database/,
    );
    google.heal();
    google.fault(/documents:commit/, { kind: 'page' });
    expect(lines(await behindFront(), 'unknown')).toMatch(/unknown watchdog-watch@/);
    expect(google.strangers).toEqual([]);
  });
});

// `watchdog doctor` as somebody types it, against a Google that holds a whole deployment.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../functions/kit/clock.ts';
import { deployedFolder, type DeployedFolder, outputsOf, project } from '../support/deployed.ts';
import { putHealthy } from '../support/healthy-google.ts';
import { disabled, forbidden, pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';
import { type Ended, watchdog } from './command.ts';

let google: PretendGoogle;
let folder: DeployedFolder;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  google.reset();
  putHealthy(google, outputsOf(), systemClock.now());
  folder = deployedFolder();
  return () => {
    folder.remove();
  };
});

const run = (...args: readonly string[]): Promise<Ended> =>
  watchdog(['doctor', folder.path, '--outputs', folder.outputs, ...args], {
    env: { WATCHDOG_GOOGLE_ENDPOINT: google.endpoint },
  });

const answer = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ group: z.string(), name: z.string(), state: z.string() })),
});

test('all is well: every group is looked at, nothing is changed, and it ends with 0', async () => {
  const { code, out, err } = await run();
  expect(out.split('\n').filter((line) => /broken|not known/.test(line))).toEqual([
    '49 ok, 0 broken, 0 not known',
  ]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const group of ['project', 'functions', 'scheduler', 'data', 'people', 'monitoring', 'standbys']) {
    expect(out).toMatch(new RegExp(`^${group}$`, 'm'));
  }
  expect(out).toContain('user:maria@example.com: is a keeper: may');
  expect(google.strangers).toEqual([]);
  const changing = google.calls.filter(({ verb, path }) => verb !== 'GET' && !path.endsWith(':getIamPolicy'));
  expect(changing).toEqual([]);
});

test('for a script it is the same as JSON', async () => {
  const { code, out } = await run('--json');
  const { ok, checks } = answer.parse(JSON.parse(out));
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(checks.length).toBeGreaterThan(40);
});

describe('it ends', () => {
  test('with 1 when something is broken, and says what to do', async () => {
    google.change(
      `cloudscheduler.googleapis.com/v1/projects/${project}/locations/europe-west3/jobs/watchdog-watch`,
      (job) => ({ ...job, state: 'PAUSED' }),
    );
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toMatch(/broken +watch: is paused: nobody calls watch/);
    expect(out).toMatch(/to do: gcloud scheduler jobs resume watchdog-watch/);
  });

  test('with 3 when something could not be found out', async () => {
    google.fault(/organizations\/22:getIamPolicy/, forbidden('resourcemanager.organizations.getIamPolicy'));
    const { code, out } = await run();
    expect(code).toBe(3);
    expect(out).toMatch(/not known +organization 22: who reaches the keys from there is not known/);
  });

  test('with 1 and what to enable when an API is off', async () => {
    google.fault(/cloudscheduler/, disabled('cloudscheduler.googleapis.com'));
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toMatch(/gcloud services enable cloudscheduler\.googleapis\.com --project=my-watchdog/);
  });

  test('with 3 and one sentence when nobody is logged in', async () => {
    google.fault(/./, { kind: 'status', status: 401 });
    const { code, out, err } = await run();
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^you are not logged in at Google: run gcloud auth application-default login/);
  });

  test('with 2 before anything was applied', async () => {
    folder.write('outputs.json', {});
    const { code, err } = await run();
    expect(code).toBe(2);
    expect(err).toMatch(/run terraform apply first/);
  });
});

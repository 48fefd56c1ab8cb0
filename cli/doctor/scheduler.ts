// Does the clock call what it should, as who it should, and did it just now?
import { z } from 'zod';
import type { Outputs } from '../deploy/outputs.ts';
import { duration } from '../../functions/views/time.ts';
import { aheadWords, allOr, apply, type Check, type DoctorWorld, isAhead, look } from './check.ts';

// https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs
const form = z.object({
  state: z.string().nullish(),
  schedule: z.string().nullish(),
  status: z.object({ code: z.number().nullish(), message: z.string().nullish() }).nullish(),
  lastAttemptTime: z.string().nullish(),
  scheduleTime: z.string().nullish(),
  httpTarget: z
    .object({
      uri: z.string(),
      oidcToken: z
        .object({ serviceAccountEmail: z.string().nullish(), audience: z.string().nullish() })
        .nullish(),
    })
    .nullish(),
});
type Seen = z.output<typeof form>;

const bare = (url: string): string => url.replace(/\/+$/, '');

/** The function that a job calls: shards of watch have a number behind. */
const functionOf = (job: string): string => job.replace(/-\d+$/, '');

/** An attempt may be under way, and the clock may be a little late. */
const patienceMs = { minute: 3 * 60_000, day: 25 * 3_600_000 } as const;

function lastAttempt(job: string, seen: Seen, at: number): readonly Check[] {
  const { ok, broken, unknown } = look('scheduler', job);
  const isEachMinute = seen.schedule === '* * * * *';
  const last = Date.parse(seen.lastAttemptTime ?? '');
  const next = Date.parse(seen.scheduleTime ?? '');
  if (Number.isNaN(last)) {
    if (isEachMinute || Number.isNaN(next)) {
      return [unknown('has never run', 'look again in two minutes')];
    }
    return [ok(`runs for the first time at ${new Date(next).toISOString()}`)];
  }
  const age = at - last;
  if (isAhead(age)) return [unknown(`its last attempt ${aheadWords[0]}`, aheadWords[1])];
  const problems: Check[] = [];
  if (age > patienceMs[isEachMinute ? 'minute' : 'day']) {
    problems.push(
      broken(
        `ran last ${duration(age)} ago, which is too long`,
        'look at the job in the console: is it paused?',
      ),
    );
  }
  const code = seen.status?.code ?? 0;
  if (code !== 0) {
    problems.push(
      broken(
        `its last attempt failed (code ${code})`,
        `look into the log of ${functionOf(job)}; code 7 or 16: it may not call, so ${apply}`,
      ),
    );
  }
  return allOr(problems, ok(`ran ${duration(Math.max(0, age))} ago, and well`));
}

async function jobChecks(
  job: string,
  { project, region, name }: Outputs['jobs'][string],
  { google, outputs, at }: DoctorWorld,
): Promise<readonly Check[]> {
  const { broken, unread } = look('scheduler', job);
  const seen = await google.ask({
    api: 'cloudscheduler',
    path: `v1/projects/${project}/locations/${region}/jobs/${name}`,
    form,
    what: `the job ${name}`,
    role: 'roles/cloudscheduler.viewer',
    project,
  });
  if (!seen.ok) return [unread(seen)];
  const { state, httpTarget } = seen.value;
  if (state !== 'ENABLED') {
    return [
      broken(
        `is ${(state ?? 'in no state').toLowerCase()}: nobody calls ${functionOf(job)}`,
        `gcloud scheduler jobs resume ${name} --project=${project} --location=${region}`,
      ),
    ];
  }
  const url = outputs.functions[functionOf(job)]?.url ?? '';
  const problems: Check[] = [];
  if (bare(httpTarget?.uri ?? '') !== bare(url)) {
    problems.push(broken(`calls ${httpTarget?.uri ?? 'nothing'} and not ${url}`, apply));
  }
  const token = httpTarget?.oidcToken;
  if (token?.serviceAccountEmail !== outputs.scheduler_service_account) {
    problems.push(
      broken(
        `calls as ${token?.serviceAccountEmail ?? 'nobody'} and not as ${outputs.scheduler_service_account}`,
        apply,
      ),
    );
  }
  if (bare(token?.audience ?? '') !== bare(url)) {
    problems.push(broken(`its token is for ${token?.audience ?? 'nobody'} and not for ${url}`, apply));
  }
  return [...problems, ...lastAttempt(job, seen.value, at)];
}

export async function examineScheduler(world: DoctorWorld): Promise<readonly Check[]> {
  const { jobs, functions } = world.outputs;
  const needed = ['watch', 'provision', 'daily'].filter((name) => functions[name] !== undefined);
  const called = new Set(Object.keys(jobs).map(functionOf));
  const missing = needed
    .filter((name) => !called.has(name))
    .map((name) => look('scheduler', name).broken('has no job: nobody calls it', apply));
  const found = await Promise.all(Object.entries(jobs).map(([job, place]) => jobChecks(job, place, world)));
  return [...missing, ...found.flat()];
}

// A scheduler for one machine that keeps the promises of Cloud Scheduler: stamped calls, never two of one job at once.
import { request } from 'undici';
import type { Clock } from '../../functions/kit/clock.ts';

export type Job = {
  readonly name: string;
  readonly url: string;
  readonly everyMs: number;
  readonly body: object;
};

export type JobRun = {
  readonly job: string;
  readonly scheduledAt: number;
  /** HTTP status of the answer, or null when none came. */
  readonly status: number | null;
  readonly body: string;
};

export type Scheduler = {
  /** Runs a job now, as if `at` had come; waits while the job is under way. */
  readonly runNow: (name: string, at: number) => Promise<JobRun>;
  /** As when the service is down: no job is called, and what was missed meanwhile is not made up for. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
};

const answerTimeoutMs = 120_000;

/** Calls a job once, with the headers that Cloud Scheduler sends. Never rejects. */
export async function callJob(job: Job, scheduledAt: number): Promise<JobRun> {
  try {
    const answer = await request(job.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'user-agent': 'Google-Cloud-Scheduler',
        'x-cloudscheduler': 'true',
        'x-cloudscheduler-jobname': job.name,
        'x-cloudscheduler-scheduletime': new Date(scheduledAt).toISOString(),
      },
      body: JSON.stringify(job.body),
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
    return { job: job.name, scheduledAt, status: answer.statusCode, body: await answer.body.text() };
  } catch (error) {
    return { job: job.name, scheduledAt, status: null, body: String(error) };
  }
}

/** Starts all jobs on multiples of their period of the clock's time. A run that takes longer than a period delays the next one. */
export function startScheduler(
  jobs: readonly Job[],
  options: { readonly clock: Clock; readonly onRun: (run: JobRun) => void; readonly isManual?: boolean },
): Scheduler {
  const { clock, onRun } = options;
  const stopping = new AbortController();
  const turns = new Map<string, Promise<unknown>>();
  let isPaused = false;

  const inTurn = async (job: Job, scheduledAt: number): Promise<JobRun> => {
    const before = turns.get(job.name) ?? Promise.resolve();
    const run = before.then(() => callJob(job, scheduledAt));
    turns.set(job.name, run);
    const result = await run;
    onRun(result);
    return result;
  };

  const loop = async (job: Job): Promise<void> => {
    while (!stopping.signal.aborted) {
      const now = clock.now();
      const next = (Math.floor(now / job.everyMs) + 1) * job.everyMs;
      try {
        await clock.sleep(next - now, stopping.signal);
      } catch {
        return;
      }
      if (!isPaused) await inTurn(job, next);
    }
  };

  const loops = options.isManual === true ? [] : jobs.map(loop);
  return {
    runNow: async (name, at) => {
      const job = jobs.find((candidate) => candidate.name === name);
      if (job === undefined) throw new Error(`there is no job ${name}`);
      return inTurn(job, at);
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([...loops, ...turns.values()]);
    },
  };
}

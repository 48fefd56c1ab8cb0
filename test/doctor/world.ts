// The parts of `doctor`, each asked alone of a pretended Google.
import type { Check, DoctorWorld } from '../../cli/doctor/check.ts';
import { examineData } from '../../cli/doctor/data.ts';
import { examineFunctions } from '../../cli/doctor/functions.ts';
import { examineMonitoring } from '../../cli/doctor/monitoring.ts';
import { examinePeople } from '../../cli/doctor/people.ts';
import { examineProject } from '../../cli/doctor/project.ts';
import { examineScheduler } from '../../cli/doctor/scheduler.ts';
import { examineStandbys } from '../../cli/doctor/standbys.ts';
import type { Outputs } from '../../cli/deploy/outputs.ts';
import { openGoogle } from '../../cli/google/google.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { deployment } from '../support/deployed.ts';
import type { PretendGoogle } from '../support/pretend-google.ts';

export const at = 1_790_000_000_000;

export type Examine = (world: DoctorWorld) => Promise<readonly Check[]>;

export const parts = {
  project: examineProject,
  functions: examineFunctions,
  scheduler: examineScheduler,
  data: examineData,
  people: examinePeople,
  monitoring: examineMonitoring,
  standbys: examineStandbys,
} as const satisfies Record<string, Examine>;

/** What a part looks with; nothing waits before it is asked again. */
export const worldOf = (
  google: PretendGoogle,
  { outputs, deadlineMs = 2_000 }: { readonly outputs: Outputs; readonly deadlineMs?: number },
): DoctorWorld => ({
  google: openGoogle({
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    endpoint: google.endpoint,
    deadlineMs,
    mostBytes: 1_000_000,
  }),
  outputs,
  prepared: {
    sites: ['home'],
    secrets: ['PAGER_URL', 'STATUS_TOKEN'],
    functions: Object.keys(deployment.functions),
    sha256: deployment.bundle.sha256,
    maxStandbys: 1,
  },
  unprepared: null,
  at,
});

export const examineIn = (
  google: PretendGoogle,
  part: Examine,
  options: Parameters<typeof worldOf>[1],
): Promise<readonly Check[]> => part(worldOf(google, options));

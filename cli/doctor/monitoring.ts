// Would Google tell somebody when the watchdog itself does not run?
import { z } from 'zod';
import type { Failure, Google } from '../google/google.ts';
import { allOr, apply, type Check, type DoctorWorld, look } from './check.ts';

// https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies and projects.notificationChannels
const policyForm = z.object({
  displayName: z.string().nullish(),
  enabled: z.boolean().nullish(),
  notificationChannels: z.array(z.string()).nullish(),
});
const channelForm = z.object({
  name: z.string(),
  displayName: z.string().nullish(),
  type: z.string().nullish(),
  enabled: z.boolean().nullish(),
  verificationStatus: z.string().nullish(),
});

const role = 'roles/monitoring.viewer';

type Found = {
  readonly policies: readonly z.output<typeof policyForm>[];
  readonly channels: readonly z.output<typeof channelForm>[];
};

async function readProject(project: string, google: Google): Promise<Found | { readonly failure: Failure }> {
  const common = { api: 'monitoring', role, project, query: { pageSize: '500' } } as const;
  const [policies, channels] = await Promise.all([
    google.list({
      ...common,
      path: `v3/projects/${project}/alertPolicies`,
      items: 'alertPolicies',
      item: policyForm,
      what: 'the alert policies',
    }),
    google.list({
      ...common,
      path: `v3/projects/${project}/notificationChannels`,
      items: 'notificationChannels',
      item: channelForm,
      what: 'the notification channels',
    }),
  ]);
  if (!policies.ok) return { failure: policies };
  return channels.ok ? { policies: policies.value, channels: channels.value } : { failure: channels };
}

export async function examineMonitoring({ google, outputs }: DoctorWorld): Promise<readonly Check[]> {
  const { monitoring } = outputs;
  if (monitoring === null || monitoring === undefined) {
    return [
      look('monitoring', 'all').broken(
        'there is none: when the watchdog does not run, only the ping to the service outside is missed',
        `give emails an address in terraform.tfvars, and ${apply}`,
      ),
    ];
  }
  // An alert sees the logs of its own project only, so that the gate's are where the gate is.
  const projects = [...new Set([monitoring.project, outputs.keys_project])];
  const read = await Promise.all(projects.map((project) => readProject(project, google)));
  const [failed] = read.filter((each) => 'failure' in each);
  if (failed !== undefined && 'failure' in failed) return [look('monitoring', 'all').unread(failed.failure)];
  const policies = read.flatMap((each) => ('policies' in each ? each.policies : []));
  const channels = read.flatMap((each) => ('policies' in each ? each.channels : []));

  const channelChecks = monitoring.channels.map((name) => {
    const found = channels.find((each) => each.name === name);
    const { ok, broken } = look(
      'monitoring',
      `channel ${found?.displayName ?? name.split('/').at(-1) ?? ''}`,
    );
    if (found === undefined) return broken('is not there', apply);
    if (found.enabled === false)
      return broken('is switched off: nobody is told', `switch it on in the console, or ${apply}`);
    return found.verificationStatus === 'UNVERIFIED'
      ? broken(
          'was never verified, so nothing is sent to it',
          `Google sends no code by itself to a channel that Terraform made: console, Monitoring, Alerting, Edit notification channels; or POST https://monitoring.googleapis.com/v3/${name}:sendVerificationCode, and then :verify with the code`,
        )
      : ok(`${found.type ?? 'channel'}, on`);
  });
  const none =
    monitoring.channels.length === 0
      ? [
          look('monitoring', 'channels').broken(
            'there is none: alerts go nowhere',
            `give emails an address in terraform.tfvars, and ${apply}`,
          ),
        ]
      : [];
  const working = new Set(
    channels
      .filter(({ enabled, verificationStatus }) => enabled !== false && verificationStatus !== 'UNVERIFIED')
      .map(({ name }) => name),
  );
  const policyChecks = Object.entries(monitoring.policies).flatMap(([key, displayName]) => {
    const { ok, broken } = look('monitoring', `policy ${key}`);
    const found = policies.find((each) => each.displayName === displayName);
    if (found === undefined) return [broken(`"${displayName}" is not there`, apply)];
    const problems: Check[] = [];
    if (found.enabled === false)
      problems.push(broken('is switched off', `switch it on in the console, or ${apply}`));
    if (!(found.notificationChannels ?? []).some((name) => working.has(name))) {
      problems.push(broken('tells no channel that works', `see the channels above, then ${apply}`));
    }
    return allOr(problems, ok('on, and tells somebody'));
  });
  return [...none, ...channelChecks, ...policyChecks];
}

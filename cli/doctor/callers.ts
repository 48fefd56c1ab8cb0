// Who may call each function: those who have to, and nobody else.
import { z } from 'zod';
import { allOr, apply, type Check, type DoctorWorld, look } from './check.ts';
import type { DeployedFunction } from '../deploy/outputs.ts';
import { policyForm, policyQuery } from './policy.ts';

/** Who has to be able to call a function, by the names of functions; `scheduler` is the account of the clock. */
const callers: Readonly<Record<string, readonly string[]>> = {
  watch: ['scheduler', 'heartbeat', 'ack'],
  witness: ['watch'],
  deliver: ['watch'],
  provision: ['scheduler', 'watch'],
  daily: ['scheduler'],
};

// https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
const serviceForm = z.object({ invokerIamDisabled: z.boolean().nullish() });

const everybody = ['allUsers', 'allAuthenticatedUsers'];

export async function callerChecks(
  name: string,
  deployed: DeployedFunction,
  world: DoctorWorld,
): Promise<readonly Check[]> {
  const { ok, broken, unknown, unread } = look('functions', name);
  const { google, outputs } = world;
  const { project, region } = deployed;
  const policy = await google.ask({
    api: 'run',
    path: `v2/projects/${project}/locations/${region}/services/${deployed.name}:getIamPolicy`,
    query: policyQuery,
    form: policyForm,
    what: `who may call ${deployed.name}`,
    role: 'roles/run.viewer',
    project,
  });
  if (!policy.ok) return [unread(policy)];
  const service = await google.ask({
    api: 'run',
    path: `v2/projects/${project}/locations/${region}/services/${deployed.name}`,
    form: serviceForm,
    what: `the service ${deployed.name}`,
    role: 'roles/run.viewer',
    project,
  });
  if (!service.ok) return [unread(service)];
  const isUnchecked = service.value.invokerIamDisabled === true;
  const members = new Set(
    policy.value.bindings
      .filter(({ role }) => role === 'roles/run.invoker')
      .flatMap((binding) => binding.members),
  );
  const accountOf = (caller: string): string | null => {
    if (caller === 'scheduler') return `serviceAccount:${outputs.scheduler_service_account}`;
    const found = outputs.functions[caller];
    return found === undefined ? null : `serviceAccount:${found.service_account}`;
  };
  const needed = (callers[name] ?? []).flatMap((caller) => accountOf(caller) ?? []);
  const isOpen = isUnchecked || members.has('allUsers');
  const problems: Check[] = [];
  if (deployed.is_public) {
    if (!isOpen) {
      problems.push(
        broken(
          'cannot be called by everybody, and has to be: who calls it has no account at Google',
          `${apply}; when the organisation forbids allUsers, allow it for this project (constraint iam.allowedPolicyMemberDomains)`,
        ),
      );
    }
    return allOr(problems, ok('can be called by everybody; it asks for a token or a signature itself'));
  }
  if (isUnchecked) {
    problems.push(
      broken(
        'can be called by everybody: Cloud Run does not look who calls (invokerIamDisabled)',
        `gcloud run services update ${deployed.name} --project=${project} --region=${region} --invoker-iam-check`,
      ),
    );
  }
  const others = policy.value.bindings.filter(({ role }) => role !== 'roles/run.invoker');
  const stranger = others.flatMap(({ role, members: who }) =>
    who.filter((each) => !outputs.keepers.includes(each)).map((each) => `${each} (${role})`),
  );
  if (stranger.length > 0) {
    problems.push(
      unknown(
        `perhaps it can be called by ${stranger.join(', ')}`,
        'see whether that role has run.routes.invoke, and take it away',
      ),
    );
  }
  const missing = needed.filter((each) => !members.has(each));
  if (missing.length > 0) problems.push(broken(`cannot be called by ${missing.join(', ')}`, apply));
  const open = everybody.filter((each) => members.has(each));
  if (open.length > 0) {
    problems.push(
      broken(
        `can be called by everybody (${open.join(', ')})`,
        `gcloud run services remove-iam-policy-binding ${deployed.name} --project=${project} --region=${region} --role=roles/run.invoker --member=${open[0] ?? ''}`,
      ),
    );
  }
  const strangers = [...members].filter(
    (each) => !needed.includes(each) && !everybody.includes(each) && !outputs.keepers.includes(each),
  );
  if (strangers.length > 0) {
    problems.push(
      broken(
        `can be called by ${strangers.join(', ')}, which nothing of ours needs`,
        `gcloud run services remove-iam-policy-binding ${deployed.name} --project=${project} --region=${region} --role=roles/run.invoker --member=${strangers[0] ?? ''}`,
      ),
    );
  }
  return allOr(problems, ok('by its own policy it can be called only by who has to'));
}

// A key of an account in a file is an identity that can be copied: nothing here needs one.
import { z } from 'zod';
import { type Check, type DoctorWorld, look } from './check.ts';
import { projectOf, reviewer } from './read-policies.ts';

const keysForm = z.object({
  keys: z.array(z.object({ name: z.string(), disabled: z.boolean().nullish() })).nullish(),
});

/** Keys that somebody has made for an account of the watchdog. */
export async function accountKeyChecks({ google, outputs }: DoctorWorld): Promise<Check[]> {
  const emails = new Set([
    ...Object.values(outputs.functions).map((each) => each.service_account),
    outputs.scheduler_service_account,
    ...(outputs.build_service_account === null || outputs.build_service_account === undefined
      ? []
      : [outputs.build_service_account]),
    ...(outputs.standbys?.node_service_account === null ||
    outputs.standbys?.node_service_account === undefined
      ? []
      : [outputs.standbys.node_service_account]),
  ]);
  const found = await Promise.all(
    [...emails].map(async (email) => {
      const project = projectOf(email) ?? outputs.project;
      const { broken, unread } = look('people', `keys of ${email}`);
      const seen = await google.ask({
        api: 'iam',
        path: `v1/projects/${project}/serviceAccounts/${email}/keys`,
        query: { keyTypes: 'USER_MANAGED' },
        form: keysForm,
        what: `the keys of the account ${email}`,
        role: reviewer,
        project,
      });
      if (!seen.ok) return [unread(seen)];
      return (seen.value.keys ?? [])
        .filter(({ disabled }) => disabled !== true)
        .map(({ name }) => {
          const id = name.split('/').at(-1) ?? '';
          return broken(
            `somebody has made a key for it (${id}), which works wherever it is copied to`,
            `gcloud iam service-accounts keys delete ${id} --iam-account=${email} --project=${project}`,
          );
        });
    }),
  );
  const problems = found.flat();
  return problems.length === 0 ? [look('people', 'keys of accounts').ok('there are none')] : problems;
}

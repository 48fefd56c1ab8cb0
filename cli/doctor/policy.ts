// An allow policy of IAM, as every service of Google gives it. Source: https://cloud.google.com/iam/docs/reference/rest/v1/Policy
import { z } from 'zod';

export const policyForm = z.object({
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z
          .array(z.string())
          .nullish()
          .transform((members) => members ?? []),
        condition: z.object({ expression: z.string() }).nullish(),
      }),
    )
    .nullish()
    .transform((bindings) => bindings ?? []),
});

export type Binding = z.output<typeof policyForm>['bindings'][number];

/** The version that tells of conditions; without it bindings that have some are changed into others. */
export const policyQuery = { 'options.requestedPolicyVersion': '3' } as const;
export const policyBody = { options: { requestedPolicyVersion: 3 } } as const;

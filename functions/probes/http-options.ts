// How an operator writes an HTTP probe.
import { z } from 'zod';
import { accessConflicts, accessFields } from '../kit/net/access.ts';
import { condition } from './condition.ts';

const statusAdvice = 'must be a status such as 200, or a class such as 2xx';

const expect = z
  .strictObject({
    status: z
      .array(
        z.union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, statusAdvice)], {
          error: statusAdvice,
        }),
      )
      .min(1)
      .default(['2xx'])
      .describe('Statuses that are good: numbers, or classes such as 2xx.'),
    headers: z
      .record(z.string(), condition)
      .optional()
      .describe(
        'Headers of the answer and what each must hold: text, or a regular expression between slashes.',
      ),
    body: condition
      .optional()
      .describe('What must occur in the body: text, or a regular expression between slashes.'),
    json: z
      .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe(
        'Values that the JSON body must hold: a dotted path and what must be there, e.g. data.is_syncing: false. Numbers index lists.',
      ),
  })
  .prefault({})
  .describe('What makes an answer good.');

export const httpSchema = z
  .strictObject({
    ...accessFields,
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET').describe('GET, HEAD or POST.'),
    body: z
      .string()
      .max(65_536)
      .optional()
      .describe(
        'Body of a POST, at most 65,536 characters; sent as application/json unless headers say otherwise.',
      ),
    expect,
    maxBodyBytes: z
      .int()
      .min(0)
      .max(1_048_576)
      .default(65_536)
      .describe(
        'How much of the body is read, in bytes, at most 1,048,576; the rest is not waited for. 0 reads none.',
      ),
    followRedirects: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe('How many redirects to follow; with 0 a redirect is judged by its status.'),
  })
  .superRefine((options, context) => {
    for (const [field, message] of conflicts(options)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

export type HttpOptions = z.output<typeof httpSchema>;

function conflicts(options: z.output<typeof httpSchema>): readonly (readonly [string, string])[] {
  const needsBody = options.expect.body !== undefined || options.expect.json !== undefined;
  const found: (readonly [string, string] | false)[] = [
    options.body !== undefined && options.method !== 'POST' && ['body', 'needs method POST'],
    needsBody && options.method === 'HEAD' && ['expect', 'cannot ask for a body: method HEAD has none'],
    needsBody &&
      options.maxBodyBytes === 0 && ['expect', 'cannot ask for a body that maxBodyBytes 0 does not read'],
  ];
  return [...accessConflicts(options), ...found.filter((each) => each !== false)];
}

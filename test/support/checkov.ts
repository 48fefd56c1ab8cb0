// What checkov prints with --output=json, as far as tests read it.
import { z } from 'zod';

const found = z.object({
  check_id: z.string(),
  check_name: z.string(),
  resource: z.string(),
  file_path: z.string(),
});
const report = z.object({
  results: z.object({
    passed_checks: z.array(found),
    failed_checks: z.array(found),
    parsing_errors: z.array(z.string()),
  }),
});

export type Finding = z.infer<typeof found>;
export type Report = z.infer<typeof report>['results'];

export const reportOf = (printed: string): Report => report.parse(JSON.parse(printed)).results;

/** A finding in one line. */
export const wordsOf = (one: Finding): string =>
  `${one.file_path} ${one.resource}: ${one.check_id} ${one.check_name}`;

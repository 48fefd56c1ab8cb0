// What is wrong with a body that somebody sent, in one line.
import type { z } from 'zod';

/** Names the place, never the value. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not as expected';
  const place = issue.path.map(String).join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}

// The name of a node: the same for the same attempt, and never that of another.
import { createHash } from 'node:crypto';

/** Within Compute's rule, `[a-z]([-a-z0-9]{0,61}[a-z0-9])?`, for every prefix and every id of a signer. */
export function nodeName(
  given: { readonly project: string; readonly prefix: string; readonly signer: string },
  n: number,
  wantedId: string,
): string {
  const { project, prefix, signer } = given;
  const hash = createHash('sha256').update(`${project}/${signer}/${wantedId}/${n}`).digest('hex').slice(0, 8);
  return `${prefix}-${signer}-${n}-${hash}`;
}

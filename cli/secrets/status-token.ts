// The token that `status` wants, for a command that asks it: from the environment, or read by the person from Secret Manager.
import { join } from 'node:path';
import { readConfig } from '../config-file.ts';
import { readDeployment } from '../deploy/deployment.ts';
import type { Outputs } from '../deploy/outputs.ts';
import type { Google } from '../google/google.ts';
import { held } from './set-secrets.ts';

export async function statusTokenOf(
  folder: string,
  {
    google,
    outputs,
    own,
  }: {
    readonly google: Google;
    readonly outputs: Outputs;
    /** From the environment; throws when there is none. */
    readonly own: () => string;
  },
): Promise<{ readonly ok: true; readonly token: string } | { readonly ok: false; readonly why: string }> {
  try {
    return { ok: true, token: own() };
  } catch {
    // Then it is read from where it lies.
  }
  const prepared = readDeployment(folder);
  const parsed = readConfig(join(folder, prepared.ok ? prepared.deployment.config.path : 'watchdog.yaml'));
  const status = parsed.ok ? parsed.config.status : null;
  const reference = status?.token;
  if (status?.access === 'public' && reference === undefined) {
    return { ok: false, why: 'status is public, and tells the public nothing of callers' };
  }
  const place = outputs.secrets['status'];
  if (reference === undefined || place === undefined || !('env' in reference)) {
    return { ok: false, why: 'the token of status is not known: put it into WATCHDOG_STATUS_TOKEN' };
  }
  const now = await held(google, { place });
  if (!now.ok) return { ok: false, why: `${now.why}; or put the token of status into WATCHDOG_STATUS_TOKEN` };
  const token = now.value.payload[reference.env];
  return token === undefined
    ? { ok: false, why: `${reference.env} is not set: watchdog secrets set ${folder} ${reference.env}` }
    : { ok: true, token };
}

// Which machine of Compute Engine is asking: read from the identity token that its metadata server gives it, and nobody else can make.
import { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import type { Identified } from './cloud.ts';

export type IdentityOptions = {
  /** Whom the tokens must be for. */
  readonly audience: string;
  /** Where Google's certificates are, in PEM by key id. */
  readonly certificatesUrl?: string | undefined;
  readonly timeoutMs?: number;
};

const issuers = ['https://accounts.google.com', 'accounts.google.com'];
const longestToken = 4096;

// https://cloud.google.com/compute/docs/instances/verifying-instance-identity: a token of format=full.
const claims = z.object({
  google: z.object({
    compute_engine: z.object({
      project_id: z.string().min(1).max(64),
      zone: z.string().min(1).max(64),
      instance_name: z.string().min(1).max(63),
      instance_id: z.string().regex(/^[0-9]{1,20}$/),
    }),
  }),
});

const unproven = (detail: string): Identified => ({ ok: false, reason: 'unproven', detail });

/** Checks signature, audience, issuer and age by Google's own library, which keeps the certificates for as long as they say. */
export function identifyMachines(options: IdentityOptions): (token: string) => Promise<Identified> {
  const { audience, certificatesUrl, timeoutMs = 5_000 } = options;
  const client = new OAuth2Client({
    ...(certificatesUrl === undefined
      ? {}
      : { endpoints: { oauth2FederatedSignonPemCertsUrl: certificatesUrl } }),
    transporterOptions: { timeout: timeoutMs, retry: false },
  });
  return async (token) => {
    if (token.length > longestToken) return unproven('it is too long');
    let certificates: Awaited<ReturnType<OAuth2Client['getFederatedSignonCertsAsync']>>['certs'];
    try {
      certificates = (await client.getFederatedSignonCertsAsync()).certs;
    } catch {
      return { ok: false, reason: 'unknown', detail: "Google's certificates cannot be read now" };
    }
    try {
      const ticket = await client.verifySignedJwtWithCertsAsync(token, certificates, audience, issuers);
      const parsed = claims.safeParse(ticket.getPayload());
      if (!parsed.success) return unproven('it does not say which machine; ask for it with format=full');
      const { project_id, zone, instance_name, instance_id } = parsed.data.google.compute_engine;
      return { ok: true, machine: { project: project_id, zone, name: instance_name, id: instance_id } };
    } catch {
      // The library repeats the token in what it says.
      return unproven('its signature, audience, issuer or age is not as it must be');
    }
  };
}

// The configuration of the lab, written as an operator would write it: product defaults, and names instead of loopback addresses.
import { stringify } from 'yaml';
import { type Place, places } from './world.ts';

export const labSite = 'home';
export const labHeartbeat = 'alertmanager';
export const labTimezone = 'Europe/Berlin';

/** The secrets that the configuration refers to, by the names of their variables. */
export const labVariables = { url: 'PAGER_URL', secret: 'PAGER_SECRET', token: 'STATUS_TOKEN' } as const;

function target({ id, kind, service, host, port }: Place): object {
  const role = kind === 'exit' ? { role: 'exit' } : {};
  return service === 'tcp'
    ? { id, ...role, probe: 'tcp', address: `${host}:${port}` }
    : {
        id,
        ...role,
        probe: 'http',
        url: `http://${host}:${port}/health`,
        expect: { json: { status: 'ok' } },
      };
}

/** The YAML text. References are the product's default ones, and so is the policy, so neither is written here. */
export function labConfig(): string {
  return stringify({
    timezone: labTimezone,
    channels: [
      {
        id: 'pager',
        channel: 'webhook',
        url: { env: labVariables.url },
        secret: { env: labVariables.secret },
      },
    ],
    status: { access: 'token', token: { env: labVariables.token } },
    sites: [
      {
        id: labSite,
        name: 'Basement, Berlin',
        targets: places.filter((place) => place.kind !== 'reference').map(target),
        heartbeats: [{ source: labHeartbeat, every: '60s', grace: '60s' }],
      },
    ],
  });
}

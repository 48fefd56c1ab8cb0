// Binds whom `watch` tells: `deliver`, `provision`, the service outside, and what one instance has told already while the store fails.
import { httpPing } from '../cloud/ping.ts';
import { httpPoke } from '../cloud/poke.ts';
import type { Config } from '../config/config.ts';
import type { WatchWorld } from '../flows/watch-world.ts';
import type { Environment } from '../kit/environment.ts';
import type { SecretReader } from '../kit/secret.ts';

/** The address of the service outside is read at each ping. */
export function bindTelling(
  { selfWatch }: Pick<Config, 'selfWatch'>,
  { variables, secret }: Pick<Environment, 'variables'> & { readonly secret: SecretReader },
): Pick<WatchWorld, 'pokeDeliver' | 'pokeProvision' | 'ping' | 'instances'> {
  const pokeOf = (url: string | undefined): WatchWorld['pokeDeliver'] =>
    url === undefined ? null : httpPoke({ url });
  return {
    pokeDeliver: pokeOf(variables['DELIVER_URL']),
    pokeProvision: pokeOf(variables['PROVISION_URL']),
    ping: selfWatch === null ? null : httpPing({ url: () => secret(selfWatch.ping) }),
    instances: new Map(),
  };
}

// Binds what the watchdog does about its own trouble: the service outside, and what one instance remembers while the store fails.
import { httpPing } from '../cloud/ping.ts';
import type { Config } from '../config/config.ts';
import type { WatchWorld } from '../flows/watch-world.ts';
import type { SecretReader } from '../kit/secret.ts';

/** The address is read at each ping. */
export function bindSelfWatch(
  { selfWatch }: Config,
  secret: SecretReader,
): Pick<WatchWorld, 'ping' | 'instances'> {
  const ping = selfWatch === null ? null : httpPing({ url: () => secret(selfWatch.ping) });
  return { ping, instances: new Map() };
}

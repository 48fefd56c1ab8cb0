// Which secrets of the channels cannot be read here: a watchdog that cannot page anybody says so before it is needed.
import type { Config } from '../../functions/config/config.ts';
import { describeError } from '../../functions/kit/error.ts';
import { secretReference, type SecretReader } from '../../functions/kit/secret.ts';

/** One sentence for each; values are read and dropped at once. */
export function missingSecrets(channels: Config['channels'], read: SecretReader): string[] {
  return channels.flatMap((channel) =>
    Object.values(channel).flatMap((option) => {
      const { data } = secretReference.safeParse(option);
      if (data === undefined) return [];
      try {
        read(data);
        return [];
      } catch (error) {
        return [`channel ${channel.id}: ${describeError(error).replace(/^ERR_SECRET: /, '')}`];
      }
    }),
  );
}

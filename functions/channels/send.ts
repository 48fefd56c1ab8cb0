// Binds a configured channel: after this, whoever sends needs to know neither its kind nor its options.
import { WatchdogError } from '../kit/error.ts';
import type { Send } from './channel.ts';
import { type ChannelConfig, type ChannelName, memberOf } from './registry.ts';

const secretAgainMs = 60_000;

/** Sends by the channel that `config` describes. A secret that is missing is tried again: it may be put right meanwhile. */
export function sendVia<Name extends ChannelName>(config: ChannelConfig<Name>): Send {
  const member = memberOf(config.channel);
  return async (message, context) => {
    try {
      return await member.send(config, message, context);
    } catch (error) {
      if (!(error instanceof WatchdogError) || error.code !== 'ERR_SECRET') throw error;
      return { sent: false, again: true, reason: 'auth', detail: error.message, afterMs: secretAgainMs };
    }
  };
}

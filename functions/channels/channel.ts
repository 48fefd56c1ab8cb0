// The door of the channels: how a message leaves, and what a channel may say of it.
import type { z } from 'zod';
import type { SecretReader } from '../kit/secret.ts';
import type { NoticeKind } from '../domain/notice.ts';
import type { Severity } from '../domain/severity.ts';

/** Where a message leads to. `acknowledge` opens a view with one button, and does nothing by itself. */
export type MessageLinks = {
  readonly acknowledge?: string;
  readonly status?: string;
  readonly runbook?: string;
};

/** A message as text, ready to be sent. `id` is stable over retries, so that a receiver can tell doubles. */
export type Message = {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly severity: Severity;
  readonly site: string;
  /** Ids of the incidents it is about. */
  readonly incidents: readonly string[];
  /**
   * The same in everything that is said of what was opened together: a dedupe key, a tag. At most 200 characters of letters, digits, `.`
   * and `-`.
   */
  readonly thread: string;
  /** Nothing of the thread is open any more: with `resolved`, what still rings for it is to stop. */
  readonly isThreadOver: boolean;
  /** At most 100 characters, one line. */
  readonly title: string;
  /** Plain text, what matters most first. Names in it may hold the markup of any channel. */
  readonly body: string;
  /** Never cut, whatever a channel's limit is. */
  readonly links: MessageLinks;
  /** What somebody types to acknowledge who cannot follow a link, as `XXXXX-XXXXX`; null when there is nothing to acknowledge. Never cut. */
  readonly code: string | null;
  /** When the watchdog decided to send it, epoch ms. */
  readonly at: number;
};

export type FailureReason =
  | 'client-error'
  | 'auth'
  | 'rate-limited'
  | 'server-error'
  | 'timeout'
  | 'network'
  | 'aborted';

/** `again` says whether a retry makes sense; when is decided elsewhere. `detail` is short and holds no secret and no URL. */
export type Delivery =
  | { readonly sent: true; readonly detail: string }
  | {
      readonly sent: false;
      readonly again: boolean;
      readonly reason: FailureReason;
      readonly detail: string;
      readonly afterMs?: number;
    };

export type ChannelContext = {
  /** Ends with the run; an attempt that it cuts off answers `aborted` and may be tried again. */
  readonly signal: AbortSignal;
  /** The attempt's own deadline in real milliseconds. */
  readonly timeoutMs: number;
  /** Epoch ms of this attempt. */
  readonly at: number;
  readonly secret: SecretReader;
  /** Where `console` writes. */
  readonly print: (text: string) => void;
};

/** Sends a message bound to one channel's options. Never throws for what a network can do. */
export type Send = (message: Message, context: ChannelContext) => Promise<Delivery>;

/**
 * One kind of channel. `send` resolves for everything that a network or a server can do, within `timeoutMs` or as soon as the signal
 * aborts, and leaves no socket behind; it throws only for bugs and for a secret that cannot be used (ERR_SECRET).
 */
export type Channel<Options> = {
  /** The options of a channel of this kind, beside what all channels share (id, …). */
  readonly schema: z.ZodObject<z.ZodRawShape, z.core.$strict> & z.ZodType<Options>;
  readonly send: (options: Options, message: Message, context: ChannelContext) => Promise<Delivery>;
};

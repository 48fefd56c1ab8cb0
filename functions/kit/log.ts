// Structured logs in the form that Cloud Logging understands, without secrets and full URLs.
import { pino, type DestinationStream } from 'pino';
import { redactText, redactValue } from './redact.ts';

/** One line of JSON per call: `severity`, `message`, `time` and the fields, redacted. */
export type Log = {
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

const severities: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** @see https://docs.cloud.google.com/logging/docs/structured-logging for `severity` and `message`. */
export function createLog(name: string, destination?: DestinationStream): Log {
  const options = {
    messageKey: 'message',
    base: { function: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ severity: severities[label] ?? 'DEFAULT' }),
      log: (fields: object) => asRecord(redactValue(fields)),
    },
  };
  // An error under `err` would be serialised by pino before it is redacted.
  const logger =
    destination === undefined
      ? pino({ ...options, serializers: {} })
      : pino({ ...options, serializers: {} }, destination);
  return {
    info: (fields, message) => logger.info(fields, redactText(message)),
    warn: (fields, message) => logger.warn(fields, redactText(message)),
    error: (fields, message) => logger.error(fields, redactText(message)),
  };
}

/** A log that goes nowhere. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

// TLS on a connected socket: who is trusted, and what is wrong with whom, in plain words.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { PeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { z } from 'zod';
import { WatchdogError } from '../error.ts';
import { describeReference, secretReference } from '../secret.ts';
import type { SecretReference } from '../secret.ts';
import { codeOf } from '../error.ts';
import type { Attempt } from './attempt.ts';
import { failed, socketFailure } from './failure.ts';
import type { Failure } from './failure.ts';

export const tlsOptions = z.strictObject({
  ca: secretReference
    .optional()
    .describe('PEM with the certificates of the only authorities to trust; the public ones when absent.'),
  clientCertificate: z
    .strictObject({
      cert: secretReference.describe('PEM of the certificate to show, with its chain.'),
      key: secretReference.describe('PEM of its private key.'),
    })
    .optional()
    .describe('A certificate that proves who we are.'),
  fingerprint: z
    .string()
    .regex(
      /^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/,
      'must be a SHA-256 fingerprint: 64 hex digits, colons allowed',
    )
    .optional()
    .describe(
      "SHA-256 of the server's certificate, 64 hex digits, colons allowed. Trust then rests on it alone (issuer, name and date are not checked), unless `ca` is given too.",
    ),
  serverName: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,253}$/, 'must be a host name')
    .optional()
    .describe('Name to ask for and to expect in the certificate; the host of the url when absent.'),
});

export type TlsOptions = z.output<typeof tlsOptions>;

export type Secured =
  | { readonly ok: true; readonly socket: TLSSocket; readonly certificateDaysLeft: number | undefined }
  | Failure;

/** Application protocols to offer (ALPN); one of HTTP when absent, none when empty. */
type Offer = { readonly protocols?: readonly string[] };

let publicTrust: SecureContext | undefined;

/** Shakes hands over `raw`; the attempt owns the socket. Throws ERR_SECRET for a PEM that cannot be used. */
export function handshake(
  raw: Socket,
  host: string,
  options: TlsOptions & Offer,
  attempt: Attempt,
): Promise<Secured> {
  const name = options.serverName ?? host;
  const isPinnedOnly = options.fingerprint !== undefined && options.ca === undefined;
  const secureContext = contextFor(options, attempt);
  attempt.enter('tls');
  const socket = connect({
    socket: raw,
    secureContext,
    host: name,
    servername: isIP(name) === 0 ? name : '',
    ALPNProtocols: [...(options.protocols ?? ['http/1.1'])],
    rejectUnauthorized: !isPinnedOnly,
  });
  attempt.own(() => {
    socket.destroy();
  });
  const { promise, resolve } = Promise.withResolvers<Secured>();
  socket.on('error', (error) => {
    resolve(tlsFailure(error, name));
  });
  socket.once('close', () => {
    resolve(failed('reset', 'the server hung up during the TLS handshake'));
  });
  socket.once('secureConnect', () => {
    const leaf = socket.getPeerCertificate();
    if (options.fingerprint !== undefined && plain(leaf.fingerprint256) !== plain(options.fingerprint)) {
      resolve(failed('tls', 'the certificate is not the pinned one'));
      return;
    }
    resolve({ ok: true, socket, certificateDaysLeft: daysLeft(leaf, attempt.context.at) });
  });
  return promise;
}

function contextFor(options: TlsOptions, attempt: Attempt): SecureContext {
  // Loading the public authorities takes longer than a handshake, so one context serves all targets without an own trust.
  if (options.ca === undefined && options.clientCertificate === undefined) {
    publicTrust ??= createSecureContext();
    return publicTrust;
  }
  const read = (reference: SecretReference | undefined): string | undefined =>
    reference === undefined ? undefined : attempt.context.secret(reference);
  const pem = {
    ca: read(options.ca),
    cert: read(options.clientCertificate?.cert),
    key: read(options.clientCertificate?.key),
  };
  try {
    // OpenSSL takes a CA file without a certificate in it for an empty one, which would refuse everybody with a misleading reason.
    if (pem.ca !== undefined) new X509Certificate(pem.ca);
    return createSecureContext(pem);
  } catch {
    // The cause is left out: OpenSSL's message may quote what it could not read.
    const names = [options.ca, options.clientCertificate?.cert, options.clientCertificate?.key]
      .filter((reference) => reference !== undefined)
      .map(describeReference);
    throw new WatchdogError(
      'ERR_SECRET',
      `not a usable PEM certificate, or a key that does not belong to it: ${names.join(', ')}`,
    );
  }
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function daysLeft(leaf: PeerCertificate, at: number): number | undefined {
  const until = Date.parse(leaf.valid_to);
  return Number.isNaN(until) ? undefined : Math.floor((until - at) / 86_400_000);
}

const certificateErrors: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate comes from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate comes from an authority that is not trusted',
  CERT_REVOKED: 'the certificate was revoked',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the port does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the port does not speak TLS',
  ERR_SSL_UNKNOWN_PROTOCOL: 'the port does not speak TLS',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the server does not trust our client certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the server refuses our client certificate',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the server has no certificate for this name',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no TLS version that we do',
};

/** A TLS or socket error, during the handshake or after it (TLS 1.3 refuses a client certificate only then). */
export function tlsFailure(error: unknown, name: string): Failure {
  const code = codeOf(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return failed('tls', `the certificate is not for ${name}`);
  const words = certificateErrors[code];
  if (words !== undefined) return failed('tls', words);
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO|CERT_|UNABLE_|HOSTNAME_|INVALID_|PATH_LENGTH)/.test(code)) {
    return failed('tls', `the TLS handshake failed (${code})`);
  }
  return socketFailure('the server', error);
}

// Certificates made when a test needs them: a small X.509 writer, so that no tool has to be installed.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

export type Certificate = {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate in hex. */
  readonly fingerprint: string;
};

export type Authority = Certificate & { readonly issue: (subject: Subject) => Certificate };

export type Subject = {
  readonly name: string;
  /** DNS names and IPv4 addresses it is good for; its name when absent. */
  readonly hosts?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
};

const day = 86_400_000;

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const size = value.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const yes = hex('0101ff');
const ids = {
  ecdsaWithSha256: sequence(hex('06082a8648ce3d040302')),
  commonName: hex('0603550403'),
  basicConstraints: hex('0603551d13'),
  subjectAltName: hex('0603551d11'),
};

function nameOf(text: string): Buffer {
  return sequence(tlv(0x31, sequence(ids.commonName, tlv(0x0c, Buffer.from(text)))));
}

function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return tlv(0x18, Buffer.from(digits));
}

function hostName(host: string): Buffer {
  return isIPv4(host) ? tlv(0x87, Buffer.from(host.split('.').map(Number))) : tlv(0x82, Buffer.from(host));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function make(
  subject: Subject,
  issuer: { readonly name: string; readonly key: KeyObject } | null,
): Certificate & { readonly keyObject: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const from = subject.from ?? new Date(Date.now() - day);
  const until = subject.until ?? new Date(Date.now() + 30 * day);
  const extension =
    issuer === null
      ? sequence(ids.basicConstraints, yes, tlv(0x04, sequence(yes)))
      : sequence(ids.subjectAltName, tlv(0x04, sequence(...(subject.hosts ?? [subject.name]).map(hostName))));
  const body = sequence(
    tlv(0xa0, hex('020102')),
    tlv(0x02, Buffer.concat([hex('01'), randomBytes(8)])),
    ids.ecdsaWithSha256,
    nameOf(issuer?.name ?? subject.name),
    sequence(time(from), time(until)),
    nameOf(subject.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', body, issuer?.key ?? privateKey);
  const der = sequence(body, ids.ecdsaWithSha256, tlv(0x03, hex('00'), signature));
  return {
    cert: pem(der),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    keyObject: privateKey,
  };
}

/** An authority of its own that issues certificates for servers and clients. */
export function authority(name = 'Test authority'): Authority {
  const { keyObject, ...own } = make({ name }, null);
  return {
    ...own,
    issue: (subject) => {
      const { keyObject: _, ...issued } = make(subject, { name, key: keyObject });
      return issued;
    },
  };
}

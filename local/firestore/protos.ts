// The published service definition, as the installed client carries it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';
import { z } from 'zod';
import { WatchdogError } from '../../functions/kit/error.ts';
import type { FieldsCodec } from './storage.ts';
import type { WireDocument } from './wire.ts';

const serviceName = 'google.firestore.v1.Firestore';

export type Protos = { readonly service: ServiceDefinition; readonly codec: FieldsCodec };

const descriptor = z.looseObject({ nested: z.record(z.string(), z.looseObject({})) });

/** The client ships its descriptors beside its code as one JSON file, which loads several times faster than the .proto files. */
function descriptorFile(): string {
  const entry = createRequire(import.meta.url).resolve('@google-cloud/firestore');
  return path.join(path.dirname(entry), '..', 'protos', 'v1.json');
}

function isDocument(message: object): message is WireDocument {
  return !('fields' in message) || typeof message.fields === 'object';
}

/** Fields are stored as the published Document message. */
function fieldsCodec(service: ServiceDefinition): FieldsCodec {
  const document = service['GetDocument'];
  if (document === undefined) throw new WatchdogError('ERR_STORE', 'the client carries no GetDocument');
  return {
    encode: (fields) => document.responseSerialize({ fields }),
    decode: (bytes) => {
      const message = document.responseDeserialize(Buffer.from(bytes));
      return isDocument(message) ? (message.fields ?? {}) : {};
    },
  };
}

export function loadProtos(): Protos {
  const json = descriptor.parse(JSON.parse(readFileSync(descriptorFile(), 'utf8')));
  const definitions = fromJSON(json, { longs: String, enums: String, arrays: true, oneofs: true });
  const service = definitions[serviceName];
  if (service === undefined || 'format' in service) {
    throw new WatchdogError('ERR_STORE', `the installed client carries no ${serviceName}`);
  }
  return { service, codec: fieldsCodec(service) };
}

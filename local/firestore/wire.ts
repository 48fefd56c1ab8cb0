// The messages of google.firestore.v1 as the loader hands them over: optional unless repeated, 64-bit numbers as strings.

/** A protobuf timestamp; `nanos` is absent when zero and sent from elsewhere. */
export type Timestamp = { readonly seconds?: string; readonly nanos?: number };

export type Fields = Readonly<Record<string, Value>>;

/** One field value; `valueType` names the member that is set. A client that sets none sends an object without it. */
export type Value =
  | { readonly valueType: 'nullValue'; readonly nullValue: 'NULL_VALUE' }
  | { readonly valueType: 'booleanValue'; readonly booleanValue: boolean }
  | { readonly valueType: 'integerValue'; readonly integerValue: string }
  | { readonly valueType: 'doubleValue'; readonly doubleValue: number }
  | { readonly valueType: 'timestampValue'; readonly timestampValue: Timestamp }
  | { readonly valueType: 'stringValue'; readonly stringValue: string }
  | { readonly valueType: 'bytesValue'; readonly bytesValue: Uint8Array }
  | { readonly valueType: 'referenceValue'; readonly referenceValue: string }
  | {
      readonly valueType: 'geoPointValue';
      readonly geoPointValue: { readonly latitude?: number; readonly longitude?: number };
    }
  | { readonly valueType: 'arrayValue'; readonly arrayValue: ArrayValue }
  | { readonly valueType: 'mapValue'; readonly mapValue: { readonly fields?: Fields } };

export type ArrayValue = { readonly values?: readonly Value[] };

export type WireDocument = {
  readonly name?: string;
  readonly fields?: Fields;
  readonly createTime?: Timestamp;
  readonly updateTime?: Timestamp;
};

export type Mask = { readonly fieldPaths: readonly string[] };

export type Precondition = { readonly exists?: boolean; readonly updateTime?: Timestamp };

export type FieldTransform = {
  readonly fieldPath?: string;
  readonly setToServerValue?: string;
  readonly increment?: Value;
  readonly maximum?: Value;
  readonly minimum?: Value;
  readonly appendMissingElements?: ArrayValue;
  readonly removeAllFromArray?: ArrayValue;
};

export type Write = {
  readonly update?: WireDocument;
  readonly delete?: string;
  readonly verify?: string;
  readonly transform?: { readonly document?: string; readonly fieldTransforms: readonly FieldTransform[] };
  readonly updateMask?: Mask;
  readonly updateTransforms: readonly FieldTransform[];
  readonly currentDocument?: Precondition;
};

export type WriteResult = { readonly updateTime?: Timestamp; readonly transformResults: readonly Value[] };

export type TransactionOptions = {
  readonly readOnly?: { readonly readTime?: Timestamp };
  readonly readWrite?: { readonly retryTransaction?: Uint8Array };
};

/** Which state a read sees; at most one member is set. */
export type Consistency = {
  readonly transaction?: Uint8Array;
  readonly newTransaction?: TransactionOptions;
  readonly readTime?: Timestamp;
};

export type FieldReference = { readonly fieldPath?: string };

export type Filter = {
  readonly compositeFilter?: { readonly op?: string; readonly filters: readonly Filter[] };
  readonly fieldFilter?: { readonly field?: FieldReference; readonly op?: string; readonly value?: Value };
  readonly unaryFilter?: { readonly op?: string; readonly field?: FieldReference };
};

export type Cursor = { readonly values: readonly Value[]; readonly before?: boolean };

export type StructuredQuery = {
  readonly select?: { readonly fields: readonly FieldReference[] };
  readonly from: readonly { readonly collectionId?: string; readonly allDescendants?: boolean }[];
  readonly where?: Filter;
  readonly orderBy: readonly { readonly field?: FieldReference; readonly direction?: string }[];
  readonly startAt?: Cursor;
  readonly endAt?: Cursor;
  readonly offset?: number;
  readonly limit?: { readonly value?: number };
  readonly findNearest?: object;
};

export type Aggregation = {
  readonly alias?: string;
  readonly count?: { readonly upTo?: { readonly value?: string } };
  readonly sum?: { readonly field?: FieldReference };
  readonly avg?: { readonly field?: FieldReference };
};

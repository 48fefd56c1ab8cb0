// Compile-time proof that a codec neither loses nor adds a field: its schema's value is the domain's type, and nothing else.

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** `true` when both are the same but for what is readonly; else a type that `AllSame` refuses, and that shows both. */
export type Same<A, B> = Identical<DeepReadonly<A>, DeepReadonly<B>>;

type Identical<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : ['not the same', A, B];

/** A list of proofs; a difference is a type error where it is written. */
export type AllSame<Checks extends readonly true[]> = Checks;

/** Numeric metadata types that fit a JavaScript number. */
export type NumberType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64';

/** 64-bit integer metadata types; their values are bigints. */
export type BigIntType = 'u64' | 'i64';

/** Every metadata type except the array. */
export type ScalarType = NumberType | BigIntType | 'bool' | 'string';

/** Strings in order: a plain array, or a `StringTable` that decodes them only when asked. */
export type StringList = Iterable<string> & { readonly length: number };

/** An array with the type of its elements in the file. */
export type GgufArray =
  | { type: 'array'; elementType: 'string'; value: StringList }
  | { type: 'array'; elementType: 'bool'; value: readonly boolean[] }
  | { type: 'array'; elementType: NumberType; value: ArrayLike<number> }
  | { type: 'array'; elementType: BigIntType; value: ArrayLike<bigint> };

/** A metadata value with its type in the file. */
export type GgufValue =
  | { type: 'string'; value: string }
  | { type: 'bool'; value: boolean }
  | { type: NumberType; value: number }
  | { type: BigIntType; value: bigint }
  | GgufArray;

/** Id of the array type in a file. */
export const arrayTypeId = 9;

/** Scalar types by their id in a file (`gguf_type` of gguf.h); 9 is the array. */
const scalarTypes: readonly (ScalarType | undefined)[] = [
  'u8',
  'i8',
  'u16',
  'i16',
  'u32',
  'i32',
  'f32',
  'bool',
  'string',
  undefined,
  'u64',
  'i64',
  'f64',
];

/** The scalar type with this id, or undefined. */
export const findScalarType = (id: number): ScalarType | undefined => scalarTypes[id];

/** The id of a scalar type in a file. */
export const scalarTypeId = (type: ScalarType): number => scalarTypes.indexOf(type);

declare const kind: unique symbol;

/** Address of a C object; the brand keeps a buffer from being passed where a tensor belongs. */
type Pointer<Kind extends string> = bigint & { readonly [kind]: Kind };

/** `struct ggml_context *`: owns the metadata of tensors and graphs, freed with `ggml_free`. */
export type ContextPtr = Pointer<'ggml_context'>;
/** `struct ggml_tensor *`: valid as long as its context. */
export type TensorPtr = Pointer<'ggml_tensor'>;
/** `struct ggml_cgraph *`: valid as long as its context. */
export type GraphPtr = Pointer<'ggml_cgraph'>;
/** `ggml_gallocr_t`: places the tensors of a graph, freed with `ggml_gallocr_free`. */
export type AllocatorPtr = Pointer<'ggml_gallocr'>;
/** `ggml_backend_t`: one stream of a device, freed with `ggml_backend_free`. */
export type BackendPtr = Pointer<'ggml_backend'>;
/** `ggml_backend_buffer_t`: device memory, freed with `ggml_backend_buffer_free`. */
export type BufferPtr = Pointer<'ggml_backend_buffer'>;
/** `ggml_backend_buffer_type_t`: owned by its device. */
export type BufferTypePtr = Pointer<'ggml_backend_buffer_type'>;
/** `ggml_backend_dev_t`: owned by the registry. */
export type DevicePtr = Pointer<'ggml_backend_device'>;
/** `ggml_backend_reg_t`: owned by the registry. */
export type RegistryPtr = Pointer<'ggml_backend_reg'>;
/** `const struct ggml_type_traits *`: static data of the library. */
export type TypeTraitsPtr = Pointer<'ggml_type_traits'>;
/** Address of a C function whose prototype the caller knows. */
export type FunctionPtr = Pointer<'function'>;

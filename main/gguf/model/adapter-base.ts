/** Metadata of an adapter that we export: SHA-256 of the base that it was trained on. */
export const adapterBaseKey = 'lima.adapter.base_sha256';

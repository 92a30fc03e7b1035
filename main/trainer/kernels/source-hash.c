// Which sources the library was built from: build.ts passes their hash.
#include "vectors.h"

/** SHA-256 of the sources, in hexadecimal. */
const char *SUFFIX(lima_source_hash)(void) { return LIMA_SOURCE_HASH; }

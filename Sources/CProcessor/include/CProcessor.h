#ifndef CPROCESSOR_H
#define CPROCESSOR_H

#include <stddef.h>
#include <stdint.h>

/// Instructions of the processor that Swift has no names for. Pure arithmetic: no system call, no
/// state. Each is used only where `processor_has_…` says so; any thread.

/// Whether there are instructions for CRC-32C (x86-64 SSE 4.2, arm64 CRC32).
_Bool processor_has_crc32c(void);
/// The register's next state (not inverted at either end) after `count` bytes.
uint32_t processor_crc32c(uint32_t state, const void *bytes, size_t count);

/// Whether there are instructions for SHA-256 (x86-64 SHA, arm64 SHA2).
_Bool processor_has_sha256(void);
/// FIPS 180-4 §6.2.2 for `count` whole blocks of 64 bytes; `state` is a to h.
void processor_sha256(uint32_t state[8], const void *blocks, size_t count);

#endif

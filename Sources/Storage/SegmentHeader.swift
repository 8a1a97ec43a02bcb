import Formats

/// The first 32 bytes of a segment: the same 16 bytes twice, so that one damaged byte cannot hide
/// the seed, without which no record can be checked.
///
///     "DRLOG" version(1) 0 0 · seed u32 · crc32c u32 of the 12 bytes before
///
/// The seed is drawn by chance for each segment and begins every checksum in it. Senders choose
/// what stands in records; without the seed nobody can write a body that, when the record around
/// it is damaged, is taken for a record itself.
struct SegmentHeader: Equatable {
    let seed: UInt32
    /// Offsets of the copies that do not fit: 0 or 16.
    private(set) var damagedCopies: [Int] = []

    static let byteCount = 32
    static let copyBytes = 16
    private static let magic = Array("DRLOG".utf8)

    enum Reading: Equatable {
        case header(SegmentHeader)
        case newerVersion(UInt8)
        /// Not there yet, or both copies damaged.
        case none
    }

    static func bytes(seed: UInt32) -> [UInt8] {
        var copy = magic + [SegmentFormat.version, 0, 0]
        copy.append(littleEndian: seed)
        copy.append(littleEndian: CRC32C.checksum(copy))
        return copy + copy
    }

    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        var found: SegmentHeader?
        var damaged: [Int] = []
        for offset in [0, copyBytes] {
            guard let copy = self.copy(at: offset, in: bytes) else {
                damaged.append(offset)
                continue
            }
            guard copy.version <= SegmentFormat.version else { return .newerVersion(copy.version) }
            found = found ?? SegmentHeader(seed: copy.seed)
        }
        found?.damagedCopies = damaged
        return found.map(Reading.header) ?? .none
    }

    private static func copy(
        at offset: Int,
        in bytes: UnsafeRawBufferPointer
    ) -> (version: UInt8, seed: UInt32)? {
        guard bytes.count >= offset + copyBytes else { return nil }
        let copy = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + copyBytes])
        let sealed = UnsafeRawBufferPointer(rebasing: copy[..<12])
        guard copy.starts(with: magic), CRC32C.checksum(sealed) == copy.number(at: 12) else {
            return nil
        }
        return (copy[magic.count], copy.number(at: 8))
    }
}

extension [UInt8] {
    mutating func append(littleEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// The little-endian number at `offset`, which the caller knows to be inside.
    func number<Number: FixedWidthInteger>(
        at offset: Int,
        as type: Number.Type = Number.self
    ) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}

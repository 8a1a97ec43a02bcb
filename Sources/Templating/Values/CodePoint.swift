import JSON

/// Code points of bytes that may not be UTF-8, as Go's `unicode/utf8` reads them.
enum CodePoint {
    /// Stands for each byte that is not part of well-formed UTF-8.
    static let replacement: UInt32 = 0xFFFD

    /// The code point at `index`, which must be inside, and its width in bytes.
    @inline(__always)
    static func decode(_ bytes: [UInt8], at index: Int) -> (point: UInt32, width: Int) {
        let first = bytes[index]
        if first < 0x80 { return (UInt32(first), 1) }
        return decodeLong(bytes, at: index)
    }

    private static func decodeLong(_ bytes: [UInt8], at index: Int) -> (point: UInt32, width: Int) {
        let width = bytes.withUnsafeBufferPointer { UTF8Text.lengthOfValid($0, at: index) }
        guard width > 0 else { return (replacement, 1) }
        var point = UInt32(bytes[index]) & (width == 2 ? 0x1F : width == 3 ? 0x0F : 0x07)
        for place in 1..<width { point = point << 6 | UInt32(bytes[index + place] & 0x3F) }
        return (point, width)
    }

    /// All code points, each ill-formed byte as a replacement of its own.
    static func all(of bytes: [UInt8]) -> [UInt32] {
        var points: [UInt32] = []
        points.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (point, width) = decode(bytes, at: index)
            points.append(point)
            index += width
        }
        return points
    }

    /// Writes UTF-8; what is no scalar becomes U+FFFD.
    static func append(_ point: UInt32, to bytes: inout [UInt8]) {
        if point < 0x80 {
            bytes.append(UInt8(point))
        } else {
            let scalar = Unicode.Scalar(point) ?? "\u{FFFD}"
            bytes.append(contentsOf: UTF8.encode(scalar)!)
        }
    }

    /// The UTF-8 of one.
    static func encoded(_ point: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        append(point, to: &bytes)
        return bytes
    }

    static func encode(_ points: some Sequence<UInt32>) -> [UInt8] {
        var bytes: [UInt8] = []
        for point in points { append(point, to: &bytes) }
        return bytes
    }

    /// Go's `unicode.IsSpace`.
    static func isSpace(_ point: UInt32) -> Bool {
        switch point {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
            0x3000:
            true
        default: false
        }
    }

    /// Go's `unicode.IsLetter`: category L.
    static func isLetter(_ point: UInt32) -> Bool {
        switch category(point) {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            true
        default: false
        }
    }

    /// Go's `unicode.IsDigit`: category Nd.
    static func isDigit(_ point: UInt32) -> Bool { category(point) == .decimalNumber }

    static func isUpper(_ point: UInt32) -> Bool { category(point) == .uppercaseLetter }

    static func isLower(_ point: UInt32) -> Bool { category(point) == .lowercaseLetter }

    static func isTitle(_ point: UInt32) -> Bool { category(point) == .titlecaseLetter }

    private static func category(_ point: UInt32) -> Unicode.GeneralCategory {
        Unicode.Scalar(point)?.properties.generalCategory ?? .unassigned
    }
}

extension [UInt8] {
    /// Where the first byte stands that is part of no character; nil when all is UTF-8.
    var firstIllFormed: Int? {
        var index = 0
        while index < count {
            let (point, width) = CodePoint.decode(self, at: index)
            if width == 1, point >= 0x80 { return index }
            index += width
        }
        return nil
    }
}
